"""Who asks, as a bearer token (RFC 6750) that may be renewed while a program runs."""

import os
from pathlib import Path

import requests
from requests.auth import AuthBase

__all__ = ["TOKEN", "TOKEN_FILE", "BearerToken"]

TOKEN, TOKEN_FILE = "CHESTXR_PACS_TOKEN", "CHESTXR_PACS_TOKEN_FILE"


class BearerToken(AuthBase):
    """
    Send the token that ``CHESTXR_PACS_TOKEN_FILE`` names a file of, or else ``CHESTXR_PACS_TOKEN`` holds.

    The file is read again for each request, so that a token which another program renews there (``az account
    get-access-token``, ``gcloud auth print-access-token``) is used from then on. No error quotes a token.

    Raises
    ------
    ValueError
        If there is no token of one line.
    """

    def __init__(self) -> None:
        _token()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        request.headers["Authorization"] = f"Bearer {_token()}"
        return request


def _token() -> str:
    name = os.environ.get(TOKEN_FILE)
    try:
        token = (Path(name).expanduser().read_text() if name else os.environ.get(TOKEN, "")).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{TOKEN_FILE} names {name}, which cannot be read; expected a file with a token") from error
    if not token.isascii() or not token.isprintable() or " " in token or not token:
        raise ValueError(f"{TOKEN_FILE if name else TOKEN}: no token; expected one line without blanks")
    return token
