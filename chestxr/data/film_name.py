"""Names and endings of film files."""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from chestxr.io import printable

__all__ = ["FILM_SUFFIXES", "film_name", "suffix_of", "unique_names"]

_LONGEST, _HASH = 220, 16
FILM_SUFFIXES = (".dcm", ".dicom", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".nii", ".nii.gz", "")


def suffix_of(path: Path) -> str:
    """Return a file's ending in lower case, ".nii.gz" as one; digits after a dot, as in a UID, are no ending."""
    name = path.name.lower()
    if name.endswith(".nii.gz"):
        return ".nii.gz"
    return "" if path.suffix[1:].isdigit() else path.suffix.lower()


def film_name(path: Path) -> str:
    """Return a file's name without its ending; bytes that are not UTF-8 are escaped."""
    return printable(path.name[: len(path.name) - len(suffix_of(path))])


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
        end with a hash.
    """
    return [_cut(name) for name in _whole_names(paths, root)]


def _cut(name: str) -> str:
    """Leave room for the endings of results below the 255 bytes of most file systems."""
    folder, slash, last = name.rpartition("/")
    if len(last.encode()) <= _LONGEST:
        return name
    start = last.encode()[: _LONGEST - _HASH - 1].decode(errors="ignore")
    return f"{folder}{slash}{start}-{sha256(name.encode()).hexdigest()[:_HASH]}"


def _whole_names(paths: Sequence[Path], root: Path) -> list[str]:
    names = [film_name(path) for path in paths]
    if len(set(names)) == len(names):
        return names
    names = [printable((path.parent.relative_to(root) / film_name(path)).as_posix()) for path in paths]
    repeated = Counter(names)
    return [
        name if repeated[name] == 1 else printable(path.relative_to(root).as_posix())
        for name, path in zip(names, paths, strict=True)
    ]
