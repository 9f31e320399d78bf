"""Ignite handlers for exact resumption, per-film tables and overlay images."""

import lazy_loader

from chestxr.utils.deprecated import old_names

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

__getattr__ = old_names(
    __name__,
    {
        "FilmResults": "chestxr.handlers:SegmentationTable",
        "FilmTable": "chestxr.handlers:PerImageMetrics",
        "Patience": "chestxr.handlers:ResumableEarlyStopping",
        "TableFiles": "chestxr.handlers:EvaluationWriter",
        "TableScalars": "chestxr.handlers:TensorBoardMetrics",
    },
    __getattr__,
)
