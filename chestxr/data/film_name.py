"""Names and extensions of film files."""

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
    """Return a file's extension in lower case, including ".nii.gz"; digits, as in a UID, are not an extension."""
    name = path.name.lower()
    if name.endswith(".nii.gz"):
        return ".nii.gz"
    return "" if path.suffix[1:].isdigit() else path.suffix.lower()


def may_be_film(path: PurePath) -> bool:
    """
    Return whether a file may be a film: known or no extension, not hidden, not DICOMDIR.

    Parameters
    ----------
    path : pathlib.PurePath
        Path relative to the searched folder or URI.
    """
    hidden = any(part.startswith(".") for part in path.parts)
    return not hidden and path.name != "DICOMDIR" and suffix_of(path) in FILM_SUFFIXES


def film_name(path: Path) -> str:
    """Return a file's name without its extension; bytes that are not UTF-8 are escaped."""
    return escape_path(path.name[: len(path.name) - len(suffix_of(path))])


def unique_names(paths: Sequence[Path], root: Path) -> list[str]:
    """
    Return a unique name for each film.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        The films' files, all different, below `root`.
    root : pathlib.Path
        Folder that contains all of them.

    Returns
    -------
    list of str
        File names without extension; if two are equal, all include their folders below `root` (``a/film``), and those
        still equal also their extensions (``a/film.png``). Names too long for result files are truncated and end with a
        hash, as do names that are equal after escaping.
    """
    names = [film_name(path) for path in paths]
    below = [path.relative_to(root) for path in paths]
    if len(set(names)) < len(names):
        names = [escape_path((path.parent / film_name(path)).as_posix()) for path in below]
        names = _make_distinct(names, [escape_path(path.as_posix()) for path in below])
    names = [name if _fits(name) else _hashed(name, name) for name in names]
    return _make_distinct(names, [_hashed(name, path.as_posix()) for name, path in zip(names, below, strict=True)])


def _make_distinct(names: list[str], others: list[str]) -> list[str]:
    """Replace equal names by others until nothing changes: a replacement may equal a name that was unique."""
    before = None
    while names != before:
        before, count = names, Counter(names)
        names = [name if count[name] == 1 else other for name, other in zip(names, others, strict=True)]
    return names


def _fits(name: str) -> bool:
    """Return whether a name leaves room for result suffixes within the 255 bytes of most file systems."""
    return len(name.rpartition("/")[2].encode()) <= _LONGEST


def _hashed(name: str, of: str) -> str:
    """Append a hash to a name, truncated if it is too long."""
    folder, slash, last = name.rpartition("/")
    start = last.encode()[: _LONGEST - _HASH - 1].decode(errors="ignore")
    return f"{folder}{slash}{start}-{sha256(of.encode('utf-8', 'surrogatepass')).hexdigest()[:_HASH]}"
