"""Names and endings of film files."""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path, PurePath

from chestxr.utils.text import escape_path

__all__ = ["FILM_SUFFIXES", "film_name", "may_be_film", "suffix_of", "unique_names"]

_LONGEST, _HASH = 220, 16
FILM_SUFFIXES = (
    *(".dcm", ".dicom", ".png", ".jpg", ".jpeg", ".jp2", ".j2k", ".j2c", ".jpx", ".tif", ".tiff", ".bmp"),
    *(".nii", ".nii.gz", ""),
)


def suffix_of(path: PurePath) -> str:
    """Return a file's ending in lower case, ".nii.gz" as one; digits after a dot, as in a UID, are no ending."""
    name = path.name.lower()
    if name.endswith(".nii.gz"):
        return ".nii.gz"
    return "" if path.suffix[1:].isdigit() else path.suffix.lower()


def may_be_film(path: PurePath) -> bool:
    """
    Return whether a name may be a film's: a known ending or none, not hidden, no DICOMDIR.

    Parameters
    ----------
    path : pathlib.PurePath
        Relative to the folder or the address that is searched.
    """
    hidden = any(part.startswith(".") for part in path.parts)
    return not hidden and path.name != "DICOMDIR" and suffix_of(path) in FILM_SUFFIXES


def film_name(path: Path) -> str:
    """Return a file's name without its ending; bytes that are not UTF-8 are escaped."""
    return escape_path(path.name[: len(path.name) - len(suffix_of(path))])


def unique_names(paths: Sequence[Path], root: Path) -> list[str]:
    """
    Name films so that no two share a name.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        The films' files, all different, below `root`.
    root : pathlib.Path
        Folder that holds them all.

    Returns
    -------
    list of str
        The files' names without their endings; if two are the same, all with their folders below `root` (``a/film``),
        and where that is not enough with their endings (``a/film.png``). Names too long to name results are cut, and
        end with a hash, as do names that are still the same, with bytes escaped.
    """
    names = [film_name(path) for path in paths]
    below = [path.relative_to(root) for path in paths]
    if len(set(names)) < len(names):
        names = [escape_path((path.parent / film_name(path)).as_posix()) for path in below]
        names = _tell_apart(names, [escape_path(path.as_posix()) for path in below])
    names = [name if _fits(name) else _hashed(name, name) for name in names]
    return _tell_apart(names, [_hashed(name, path.as_posix()) for name, path in zip(names, below, strict=True)])


def _tell_apart(names: list[str], others: list[str]) -> list[str]:
    """Replace names that are the same by others, until that changes nothing: another may be a name that was alone."""
    before = None
    while names != before:
        before, count = names, Counter(names)
        names = [name if count[name] == 1 else other for name, other in zip(names, others, strict=True)]
    return names


def _fits(name: str) -> bool:
    """Say whether a name leaves room for the endings of results below the 255 bytes of most file systems."""
    return len(name.rpartition("/")[2].encode()) <= _LONGEST


def _hashed(name: str, of: str) -> str:
    """End a name, cut where it is too long, with a hash."""
    folder, slash, last = name.rpartition("/")
    start = last.encode()[: _LONGEST - _HASH - 1].decode(errors="ignore")
    return f"{folder}{slash}{start}-{sha256(of.encode('utf-8', 'surrogatepass')).hexdigest()[:_HASH]}"
