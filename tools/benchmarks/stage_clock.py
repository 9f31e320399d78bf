"""Time the stages of a bundle inside its own engine."""

import time
from collections import defaultdict

from ignite.engine import Engine, Events
from monai.engines.utils import IterationEvents

from tools.benchmarks.bundle_loop import BundleLoop

__all__ = ["REST", "STAGES", "StageClock"]

STAGES = ("decode", "prepare", "network", "restore", "view", "features", "classify", "write")
REST = "MONAI's engine"
_BEFORE = {
    "CopyItemsd": "prepare",
    "LoadImaged": "decode",
    "EnsureFilmAxesd": "prepare",
    "ResizeFilmd": "prepare",
    "ScalePercentilesd": "prepare",
}
_AFTER = {
    "Activationsd": "restore",
    "Invertd": "restore",
    "CopyItemsd": "restore",
    "ArgMaxd": "restore",
    "DeleteItemsd": "restore",
    "KeepLungComponentsd": "restore",
    "LungQualityd": "restore",
    "ResizeFilmd": "view",
    "ClassifyViewd": "view",
    "FilmNoised": "view",
    "LungFeaturesd": "features",
    # The chain of transforms that looks for lesions, and measures them.
    "Compose": "features",
    "ScreenTuberculosisd": "classify",
    "SaveImageByNamed": "write",
    "SaveDicomSegmentationd": "write",
    "SaveDicomPictured": "write",
    "SaveDicomPresentationd": "write",
    "SaveDicomReportd": "write",
    "MaskAsSliced": "restore",
}


class StageClock:
    """
    Accumulate the time of each stage of a screening bundle.

    The bundle runs as declared: each transform and the inferer get a subclass that times their calls; the time for rows
    and tables is measured between two events of the engine.

    Parameters
    ----------
    bundle : BundleLoop
        The bundle. A transform not assigned to a stage is an error.

    Attributes
    ----------
    seconds : dict of str to float
        Per stage, since `restart`.
    """

    def __init__(self, bundle: BundleLoop) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        for chain, stages in (("preprocessing", _BEFORE), ("postprocessing", _AFTER)):
            for transform in bundle.parser.get_parsed_content(chain).transforms:
                self._time_calls(transform, stages[type(transform).__name__])
        self._time_calls(bundle.parser.get_parsed_content("inferer"), "network")
        self._time_between(bundle.evaluator, IterationEvents.MODEL_COMPLETED, Events.ITERATION_COMPLETED, "write")
        self._time_between(bundle.evaluator, Events.EPOCH_COMPLETED, Events.COMPLETED, "write")

    def restart(self) -> None:
        """Reset all times."""
        self.seconds.clear()

    def _time_calls(self, part: object, stage: str) -> None:
        kind, seconds = type(part), self.seconds

        def timed(self, *args: object, **kwargs: object) -> object:
            started = time.perf_counter()
            try:
                return kind.__call__(self, *args, **kwargs)
            finally:
                seconds[stage] += time.perf_counter() - started

        part.__class__ = type(kind.__name__, (kind,), {"__call__": timed, "__module__": kind.__module__})

    def _time_between(self, evaluator: Engine, first: object, last: object, stage: str) -> None:
        """Time the handlers of the last event that are already attached."""
        started = []
        evaluator.add_event_handler(first, lambda engine: started.append(time.perf_counter()))

        def count(engine: Engine) -> None:
            self.seconds[stage] += time.perf_counter() - started.pop()

        evaluator.add_event_handler(last, count)
