"""Train a bundle on films corrected by readers."""

import tempfile
from pathlib import Path

import monai.bundle
import numpy as np
from monai.utils import str2bool
from monailabel.interfaces.datastore import Datastore
from monailabel.interfaces.tasks.train import TrainTask
from PIL import Image

from chestxr.bundle import bundle_folder
from chestxr.bundle.open import OpenBundle
from chestxr.io import read_mask
from chestxr.metrics.dice import lung_dice

from .labels import readable
from .models import Weights

__all__ = ["TrainLungs"]

_FEWEST = 2


class TrainLungs(TrainTask):
    """
    Run a bundle's train.json on corrected films, starting from the served weights; add the result as a new version.

    A request may set ``max_epochs``, ``val_split`` (fraction of films for validation), ``pretrained`` (false: from
    scratch) and ``learning_rate``.

    Parameters
    ----------
    weights : Weights
        The model.
    """

    def __init__(self, weights: Weights) -> None:
        super().__init__(f"Train the {weights.model} on corrected films")
        self.weights = weights

    def config(self) -> dict:
        """Return the settings that a client may change."""
        return {"max_epochs": 30, "val_split": 0.2, "pretrained": True, "learning_rate": 0.0005}

    def __call__(self, request: dict, datastore: Datastore) -> dict:
        """
        Train a new version.

        Raises
        ------
        ValueError
            If fewer than two films have a final label, or a setting is invalid.
        """
        settings = self.config() | {name: request[name] for name in self.config() if name in request}
        settings["pretrained"] = str2bool(settings["pretrained"])
        with tempfile.TemporaryDirectory(prefix="chestxr-train-") as folder:
            films = _split(datastore, float(settings["val_split"]), Path(folder))
            start = self.weights.served() if settings["pretrained"] else None
            config = bundle_folder(self.weights.bundle, config="train.json") / "configs" / "train.json"
            monai.bundle.run(
                config_file=str(config),
                logging_file=str(config.with_name("logging.conf")),
                bundle_root=str(self.weights.bundle),
                data=films,
                split="corrected films",
                output_dir=folder,
                ckpt_dir=folder,
                tensorboard_dir=str(self.weights.folder / "tensorboard" / self.weights.next_version()),
                epochs=int(settings["max_epochs"]),
                val_interval=1,
                learning_rate=float(settings["learning_rate"]),
                warmup_epochs=0,
                batch_size=min(8, len(films["training"])),
                initial_checkpoint=str(self.weights.path(start)) if start else None,
            )
            counts = {section: len(items) for section, items in films.items()}
            about = {"from": start, "settings": settings, "films": counts}
            before = self.weights.path(self.weights.served())
            version = self.weights.add(Path(folder) / "model.pt", about)
            weights = {"before": before, "after": self.weights.path(version)}
            about["validation_dice"] = {when: self._dice(path, films["validation"]) for when, path in weights.items()}
            self.weights.note(version, about)
        return {"version": version} | about

    def _dice(self, checkpoint: Path, films: list[dict]) -> float:
        """Return the mean Dice of both lungs that weights reach on corrected films."""
        with tempfile.TemporaryDirectory(prefix="chestxr-dice-") as folder:
            overrides = {"checkpoint": str(checkpoint), "output_dir": folder, "save_overlay": False}
            bundle = OpenBundle(self.weights.bundle, **overrides)
            found = []
            for film in films:
                bundle.run_film({"film": film["film"], "image": film["image"]})
                picture = Path(folder) / f"{film['film']}_lungs.png"
                # A missing mask (no lungs found) counts as a Dice of 0, not as an error.
                predicted = np.asarray(Image.open(picture)).T if picture.is_file() else None
                truth = read_mask([film["label"]])[0]
                found.append(0.0 if predicted is None else lung_dice(predicted, truth)["both lungs"])
        return round(sum(found) / len(found), 4)


def _split(datastore: Datastore, share: float, folder: Path) -> dict[str, list[dict]]:
    """Split corrected films into training and validation, in the format of train.json."""
    if not 0 < share < 1:
        raise ValueError(f"val_split {share}: expected a fraction between 0 and 1, such as 0.2")
    films = sorted(datastore.datalist(), key=lambda item: str(item["image"]))
    if len(films) < _FEWEST:
        raise ValueError(
            f"{len(films)} films with a final label; expected {_FEWEST} or more; save corrected labels first"
        )
    items = [
        {"film": f"film-{number}", "image": str(film["image"]), "label": str(readable(film["label"], folder))}
        | {"site": "corrected", "patient": f"film-{number}"}
        for number, film in enumerate(films)
    ]
    held_out = min(max(1, round(share * len(items))), len(items) - 1)
    return {"training": items[:-held_out], "validation": items[-held_out:]}
