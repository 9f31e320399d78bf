"""Bearer token authentication (RFC 6750), with a token that may be renewed while a program runs."""

import os
from pathlib import Path

import requests
from requests.auth import AuthBase

__all__ = ["TOKEN", "TOKEN_FILE", "BearerToken"]

TOKEN, TOKEN_FILE = "CHESTXR_PACS_TOKEN", "CHESTXR_PACS_TOKEN_FILE"


class BearerToken(AuthBase):
    """
    Send the token in the file ``CHESTXR_PACS_TOKEN_FILE``, or else in ``CHESTXR_PACS_TOKEN``.

    The file is read again for each request, so that a token renewed by another program (``az account
    get-access-token``, ``gcloud auth print-access-token``) takes effect. No error quotes a token.

    Raises
    ------
    ValueError
        If there is no token, or it has more than one line.
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
        raise ValueError(f"{TOKEN_FILE}: {name} cannot be read; expected a file with a token") from error
    if not token.isascii() or not token.isprintable() or " " in token or not token:
        raise ValueError(f"{TOKEN_FILE if name else TOKEN}: no token; expected one line without blanks")
    return token
