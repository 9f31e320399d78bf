"""Whether a bundle is run by a server of MONAI Label."""

import os

__all__ = ["in_monai_label"]


def in_monai_label() -> bool:
    """
    Return whether this process belongs to a server of MONAI Label, which serves the weights in a bundle's ``models``.

    The server puts its settings into the environment, for itself and for the processes in which it trains.
    """
    return "MONAI_LABEL_APP_DIR" in os.environ
