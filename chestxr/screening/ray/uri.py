"""Addresses of films that are kept in object stores."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

__all__ = ["check_uri", "is_uri"]


def is_uri(image: str) -> bool:
    """Say whether a film is kept in an object store rather than in a folder."""
    return "://" in image


def check_uri(address: str) -> None:
    """
    Refuse addresses that other processes cannot follow, or that must not be written down.

    Raises
    ------
    ValueError
        If it is one; an address that may hold a secret is not told.
    """
    if "::" in address:
        raise ValueError("an address of stores within stores; expected one store, such as s3://bucket/films")
    parts = urlsplit(address)
    if parts.password or parts.query:
        raise ValueError(
            "an address with a password or a query in it, which results would show; expected one without; "
            "fsspec's settings and the store's own say who asks"
        )
    if parts.scheme == "memory":
        raise ValueError(f"{address}: lives in one process; expected a store that other processes reach")
    if ".." in PurePosixPath(parts.path).parts:
        raise ValueError(f"{address}: leads up; expected an address without ..")
