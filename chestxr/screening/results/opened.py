"""Open a screening bundle that leaves a record of each film."""

from pathlib import Path

from chestxr.bundle.open import OpenBundle

from .recorder import FilmRecorder

__all__ = ["open_with_records"]


def open_with_records(bundle: Path, overrides: dict, out: Path, key: str) -> OpenBundle:
    """
    Open a screening bundle, with records instead of the table and the pictures.

    Parameters
    ----------
    bundle : pathlib.Path
        The screening bundle.
    overrides : dict
        Entries of its inference.json that differ.
    out : pathlib.Path
        Folder of the results.
    key : str
        Identifies the models and settings, as :py:func:`.key.key_of` returns it.

    Raises
    ------
    OSError, ValueError
        As :py:class:`chestxr.bundle.open.OpenBundle` does.
    """
    plumbing = {"output_dir": str(out), "save_overlay": False, "save_zone_map": False, "save_table": False}
    return OpenBundle(bundle, attach=[FilmRecorder(out, key).attach], **plumbing | overrides)
