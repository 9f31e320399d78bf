"""A MONAI Label app that loads the lung bundles of this repository: bash tools/monailabel/start.sh FILMS."""

from fastapi import HTTPException
from lib import archive
from lib.failures import say_why_it_failed
from lib.labels import FilmFolder
from lib.models import MODELS, Weights
from lib.outline import OutlineLungs
from lib.quiet_log import hide_identifiers
from lib.scoring import LungDice, Uncertainty
from lib.strategies import MostUncertain
from lib.training import TrainLungs
from monailabel.config import settings
from monailabel.interfaces.app import MONAILabelApp
from monailabel.interfaces.datastore import Datastore
from monailabel.interfaces.tasks.batch_infer import BatchInferTask
from monailabel.tasks.activelearning.first import First
from monailabel.tasks.activelearning.random import Random

from chestxr.utils.runtime import hide_engine_messages

hide_engine_messages()
hide_identifiers()
say_why_it_failed()


class ChestFilms(MONAILabelApp):
    """
    Lungs on chest films: segmented by the U-Net or the ResUNet, corrected by a reader, used for further training.

    ``--conf models unet,resunet`` selects the models, ``--conf weights FOLDER`` the folder of trained versions.
    """

    def __init__(self, app_dir: str, studies: str, conf: dict[str, str]) -> None:
        names = conf.get("models", ",".join(MODELS)).split(",")
        unknown = [name for name in names if name not in MODELS]
        if unknown:
            raise ValueError(f"--conf models {','.join(unknown)}: no such model; expected some of {', '.join(MODELS)}")
        self._weights = {name: Weights(name, conf.get("weights", "")) for name in names}
        super().__init__(
            app_dir=app_dir,
            studies=studies,
            conf=conf,
            name="chestxr",
            description="Lungs on chest radiographs. Research use only.",
            version="0.1.0",
        )

    def init_infers(self) -> dict[str, OutlineLungs]:
        """Return a segmentation task for each model."""
        return {name: OutlineLungs(weights) for name, weights in self._weights.items()}

    def init_trainers(self) -> dict[str, TrainLungs]:
        """Return a training task for each model."""
        return {name: TrainLungs(weights) for name, weights in self._weights.items()}

    def init_strategies(self) -> dict[str, object]:
        """Return the strategies for the next film: highest uncertainty, random or first."""
        return {"uncertain": MostUncertain(), "random": Random(), "first": First()}

    def init_scoring_methods(self) -> dict[str, object]:
        """Return the scoring methods: Dice and uncertainty."""
        first = next(iter(self._infers.values()))
        return {"dice": LungDice(), "uncertainty": Uncertainty(first)}

    def init_batch_infer(self) -> BatchInferTask:
        """Return a batch task that runs on one device, also on a CPU."""
        return _OnOneDevice()

    def init_datastore(self) -> Datastore:
        """Return a datastore on a folder or an archive; both reject labels that do not match."""
        if self.studies.startswith(("http://", "https://")):
            return super().init_datastore()
        return FilmFolder(
            self.studies,
            extensions=settings.MONAI_LABEL_DATASTORE_FILE_EXT,
            auto_reload=settings.MONAI_LABEL_DATASTORE_AUTO_RELOAD,
        )

    def init_remote_datastore(self) -> Datastore:
        """Return a datastore on a DICOMweb service, which also stores segmentations."""
        return archive.film_datastore(self.studies)

    def infer(self, request: dict, datastore: Datastore | None = None) -> dict:
        """Segment a film; an unknown model or film is a client error."""
        if request.get("model") not in self._infers:
            raise HTTPException(404, f"{request.get('model')}: no such model; there are {', '.join(self._infers)}")
        return super().infer(request, datastore)

    def train(self, request: dict) -> dict:
        """Train on corrected films."""
        if request.get("model") not in self._trainers:
            raise HTTPException(404, f"{request.get('model')}: no such model; there are {', '.join(self._trainers)}")
        try:
            return super().train(request)
        except ValueError as error:
            raise HTTPException(400, str(error)) from error

    def scoring(self, request: dict, datastore: Datastore | None = None) -> dict:
        """Score films."""
        if request.get("method") not in self._scoring_methods:
            methods = ", ".join(self._scoring_methods)
            raise HTTPException(404, f"{request.get('method')}: no such scoring method; there are {methods}")
        return super().scoring(request, datastore)

    def next_sample(self, request: dict) -> dict:
        """Return the next film to label."""
        if request.get("strategy") and request["strategy"] not in self._strategies:
            raise HTTPException(
                404, f"{request['strategy']}: no such strategy; there are {', '.join(self._strategies)}"
            )
        return super().next_sample(request)


class _OnOneDevice(BatchInferTask):
    def __call__(self, request: dict, datastore: Datastore, infer: object) -> dict:
        def infer_or_say_why(asked: dict, store: Datastore) -> dict:
            try:
                return infer(asked, store)
            except HTTPException as error:
                return {"error": error.detail}

        # MONAI Label's default requests GPUs, and finds no device without one.
        return super().__call__({"max_workers": 1} | request | {"multi_gpu": False}, datastore, infer_or_say_why)
