"""Whether a bundle is run by a server of MONAI Label."""

import os
from os import PathLike
from pathlib import Path

__all__ = ["in_monai_label"]


def in_monai_label(bundle_root: str | PathLike) -> bool:
    """
    Return whether a bundle belongs to a running app of MONAI Label, which serves the weights in its folder ``models``.

    The server puts its settings into the environment, for itself and for the processes in which it trains.

    Parameters
    ----------
    bundle_root : str or os.PathLike
        The bundle's folder. It has to lie in the app's: weights of a bundle elsewhere are never written to.
    """
    app = os.environ.get("MONAI_LABEL_APP_DIR")
    return app is not None and app != "" and Path(bundle_root).resolve().is_relative_to(Path(app).resolve())
