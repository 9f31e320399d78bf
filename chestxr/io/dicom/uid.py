"""DICOM UIDs: derive reproducible ones for new objects, and validate others."""

import re
import uuid

from chestxr.utils.provenance import Algorithm

__all__ = ["DEFAULT_UID_ROOT", "check_uid_root", "derived_uid", "is_uid", "result_uid"]

# UIDs below this root are derived from UUIDs and need no registration (DICOM PS3.5, B.2).
DEFAULT_UID_ROOT = "2.25"
_ROOT = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
# Components with leading zeros violate the standard, but are common and harmless.
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_LONGEST_UID = 64
# A UUID has at most 39 digits and a UID at most 64 characters (DICOM PS3.5, 9.1).
_LONGEST_ROOT = _LONGEST_UID - 39 - 1


def derived_uid(root: str, *sources: str) -> str:
    """
    Derive a UID from the sources of an object; the same sources always give the same UID.

    An object that is built twice, for example after an interruption, is therefore stored once by an archive.

    Parameters
    ----------
    root : str
        Prefix, such as "2.25" or one registered to an organisation; without the last dot.
    *sources : str
        Sources of the object: the film's UID, the model's version, the kind of object.

    Returns
    -------
    str
        ``root`` and a name-based UUID (RFC 9562, version 5) as a decimal number.

    Raises
    ------
    ValueError
        If the root is not a valid UID prefix, or too long.
    """
    check_uid_root(root)
    return f"{root}.{uuid.uuid5(uuid.NAMESPACE_OID, chr(0).join(sources)).int}"


def result_uid(film_uid: str, algorithm: Algorithm, kind: str, root: str = DEFAULT_UID_ROOT) -> str:
    """
    Derive the UID of a result from the film and the algorithm.

    Parameters
    ----------
    film_uid : str
        SOP Instance UID of the film.
    algorithm : Algorithm
        The algorithm that produced the result.
    kind : str
        Kind of the object, such as "report" or "report series".
    root : str, optional
        Prefix, as for :py:func:`derived_uid`.

    Returns
    -------
    str
    """
    return derived_uid(root, film_uid, algorithm.name, algorithm.version, kind)


def check_uid_root(root: str) -> None:
    """Raise ValueError if a root is not a valid UID prefix, or too long."""
    if not _ROOT.fullmatch(root) or len(root) > _LONGEST_ROOT:
        raise ValueError(
            f"{root}: not a root of DICOM UIDs; expected numbers joined by dots, at most {_LONGEST_ROOT} characters"
        )


def is_uid(value: object) -> bool:
    """Return whether a value is a single UID that an archive can be queried for: numbers joined by dots."""
    return isinstance(value, str) and len(value) <= _LONGEST_UID and _UID.fullmatch(value) is not None
