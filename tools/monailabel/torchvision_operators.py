"""
Make torchvision importable with a CPU build of torch; installed for MONAI Label by ``environment.sh``.

MONAI Label imports torchvision only for images. The registry's torchvision is built for CUDA: with a CPU build
of torch its compiled operators do not load, and its import fails with "operator torchvision::nms does not exist".
Only the two operators needed at import are declared, and only if the compiled ones did not load.
"""

import sys

__all__ = ["install"]

_OPERATORS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


class _BeforeTheyAreUsed:
    """Import finder that finds nothing, but detects when torchvision is about to use its operators."""

    declared = None

    @classmethod
    def find_spec(cls, name: str, path: object = None, target: object = None) -> None:
        """Declare the operators when their first user is about to be imported."""
        if name == "torchvision._meta_registrations":
            sys.meta_path.remove(cls)
            cls.declared = _declare()


def install() -> None:
    """Watch for the import of torchvision; without that import it has no effect."""
    if _BeforeTheyAreUsed not in sys.meta_path:
        sys.meta_path.insert(0, _BeforeTheyAreUsed)


def _declare() -> object:
    """Return the library object that holds the declarations; they last as long as it does."""
    import torch
    from torchvision.extension import _has_ops

    if _has_ops():
        return None
    library = torch.library.Library("torchvision", "DEF")
    for schema in _OPERATORS:
        library.define(schema)
    return library
