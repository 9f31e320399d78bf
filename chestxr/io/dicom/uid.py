"""Unique identifiers: those of the DICOM objects that chestxr makes, and what others take for one."""

import re
import uuid

__all__ = ["DEFAULT_UID_ROOT", "check_uid_root", "derived_uid", "is_uid"]

# Identifiers below this root are made of UUIDs and need no registration (DICOM PS3.5, B.2).
DEFAULT_UID_ROOT = "2.25"
_ROOT = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
# Numbers that begin with 0 are against the standard, but common, and no harm.
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_LONGEST_UID = 64
# A UUID has at most 39 digits and an identifier at most 64 characters (DICOM PS3.5, 9.1).
_LONGEST_ROOT = _LONGEST_UID - 39 - 1


def derived_uid(root: str, *sources: str) -> str:
    """
    Make an identifier from what an object is made of: the same of the same sources, always.

    So an object that is made twice, after an interruption say, is one object to an archive, which stores it once.

    Parameters
    ----------
    root : str
        Prefix, such as "2.25" or one registered to an organisation; without the last dot.
    *sources : str
        What the object is made of: the film's identifier, the model's version, the kind of object.

    Returns
    -------
    str
        ``root`` and a name-based UUID (RFC 9562, version 5) as a decimal number.

    Raises
    ------
    ValueError
        If the root is no prefix of identifiers, or too long.
    """
    check_uid_root(root)
    return f"{root}.{uuid.uuid5(uuid.NAMESPACE_OID, chr(0).join(sources)).int}"


def check_uid_root(root: str) -> None:
    """Raise ValueError if a root is no prefix of identifiers, or too long."""
    if not _ROOT.fullmatch(root) or len(root) > _LONGEST_ROOT:
        raise ValueError(
            f"{root}: no root of DICOM identifiers; expected numbers joined by dots, {_LONGEST_ROOT} characters at most"
        )


def is_uid(value: object) -> bool:
    """Say whether a value is one identifier, so that an archive can be asked for it: numbers joined by dots."""
    return isinstance(value, str) and len(value) <= _LONGEST_UID and _UID.fullmatch(value) is not None
