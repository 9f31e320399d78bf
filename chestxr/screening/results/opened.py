"""Screen films with a bundle that writes a record of each."""

from pathlib import Path

from chestxr.bundle.open import OpenBundle
from chestxr.utils.errors import FilmError

from .record import remove_results
from .recorder import FilmRecorder

__all__ = ["open_with_records", "screen_film"]


def open_with_records(bundle: Path, overrides: dict, out: Path, key: str, for_report: bool = True) -> OpenBundle:
    """
    Open a screening bundle that writes records instead of the table and the images.

    Parameters
    ----------
    bundle : pathlib.Path
        Folder of the screening bundle.
    overrides : dict
        Entries of the bundle's inference.json that differ.
    out : pathlib.Path
        Folder of the results.
    key : str
        Hash of the models and settings, as returned by :py:func:`.key.key_of`.
    for_report : bool, optional
        As in :py:class:`.recorder.FilmRecorder`.

    Raises
    ------
    OSError, ValueError
        As :py:class:`chestxr.bundle.open.OpenBundle` does.
    """
    plumbing = {"output_dir": str(out), "save_overlay": False, "save_zone_map": False, "save_table": False}
    return OpenBundle(bundle, attach=[FilmRecorder(out, key, for_report).attach], **plumbing | overrides)


def screen_film(bundle: OpenBundle, item: dict, out: Path) -> FilmError | None:
    """
    Remove earlier results of a film and screen it; return its error, or None.

    Raises
    ------
    OSError
        If results cannot be written.
    """
    remove_results(out, item["film"])
    failure = bundle.run_film(item)
    if failure is not None:
        remove_results(out, item["film"])
    return failure
