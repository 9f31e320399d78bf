"""URIs of films in object stores."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

__all__ = ["check_uri", "is_uri"]


def is_uri(image: str) -> bool:
    """Return whether a film is given by a URI rather than a path."""
    return "://" in image


def check_uri(address: str) -> None:
    """
    Check that other processes can open a URI, and that it may be written to results.

    Parameters
    ----------
    address : str
        URI of a film or of a folder in an object store.

    Raises
    ------
    ValueError
        If it is not; the message omits a URI that may contain a secret.
    """
    if "::" in address:
        raise ValueError("an address of stores within stores; expected one store, such as s3://bucket/films")
    parts = urlsplit(address)
    if parts.password or parts.query:
        raise ValueError(
            "an address with a password or a query in it, which results would show; expected one without; "
            "configure credentials in the settings of fsspec or of the store"
        )
    if parts.scheme == "memory":
        raise ValueError(f"{address}: lives in one process; expected a store that other processes reach")
    if ".." in PurePosixPath(parts.path).parts:
        raise ValueError(f"{address}: leads up; expected an address without ..")
