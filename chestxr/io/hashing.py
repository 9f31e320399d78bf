"""Hashes that say which file a result was made with."""

import hashlib
from os import PathLike

__all__ = ["sha256"]


def sha256(path: str | PathLike) -> str:
    """Return the SHA-256 of a file's content, as 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
