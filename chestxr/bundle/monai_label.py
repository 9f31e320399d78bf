"""Detect that a bundle runs inside a MONAI Label server."""

import os
from os import PathLike
from pathlib import Path

__all__ = ["in_monai_label"]


def in_monai_label(bundle_root: str | PathLike) -> bool:
    """
    Return whether a bundle belongs to a running MONAI Label app, which serves the weights in its ``models`` folder.

    The server sets environment variables for itself and its training processes.

    Parameters
    ----------
    bundle_root : str or os.PathLike
        The bundle's folder. It must be inside the app's folder: weights of other bundles are never overwritten.
    """
    app = os.environ.get("MONAI_LABEL_APP_DIR")
    return app is not None and app != "" and Path(bundle_root).resolve().is_relative_to(Path(app).resolve())
