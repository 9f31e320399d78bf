"""How an archive is reached: its address, who asks, and what is said when it fails."""

import ipaddress
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_netrc_auth
from urllib3.util import Retry

from chestxr.utils.errors import FilmError
from chestxr.utils.silence import silence_libraries

from .bearer_token import TOKEN, TOKEN_FILE, BearerToken

__all__ = [
    "PASSWORD",
    "USER",
    "DicomWebError",
    "RefusedError",
    "UnavailableError",
    "UnsupportedError",
    "open_session",
    "server_of",
    "telling_errors",
]

USER, PASSWORD = "CHESTXR_PACS_USER", "CHESTXR_PACS_PASSWORD"
# To connect, and between two pieces of an answer.
_TIMEOUT_S = (10, 120)
# Because of how it was asked for.
_UNSUPPORTED = (400, 404, 405, 501)
# Not because of what was asked for. A server gives 500 over one broken object, too.
_SERVES_NOBODY = (429, 502, 503, 504, 507)


class DicomWebError(OSError):
    """
    An archive does not answer, or refuses.

    Its text names the server and what went wrong, never an address below it, which holds identifiers.
    """


class UnavailableError(DicomWebError):
    """An archive cannot be reached, or serves nobody: whatever else is asked for would not be had either."""


class RefusedError(DicomWebError):
    """An archive answers, and does not take an object; it may take others."""


class UnsupportedError(DicomWebError):
    """An archive does not support what was asked for: a search over all series, or a limit."""


def server_of(url: str) -> str:
    """
    Return a DICOMweb service's address as it may be shown.

    Raises
    ------
    ValueError
        If the address is none, or holds a name or a password.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("no address of a DICOMweb service; expected one such as https://pacs.example/dicom-web")
    if parts.username or parts.password:
        raise ValueError(f"an address with a name or a password in it; set {USER} and {PASSWORD} instead, or use netrc")
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def open_session(url: str, retries: int) -> requests.Session:
    """
    Open a session that tells who asks and tries again what fails for a moment, half a second, one, two ... apart.

    Raises
    ------
    ValueError
        If a password or token would travel to another machine for everybody to read, both are given, or a token cannot
        be read.
    """
    session = requests.Session()
    if os.environ.get(USER):
        session.auth = (os.environ[USER], os.environ.get(PASSWORD, ""))
    if os.environ.get(TOKEN) or os.environ.get(TOKEN_FILE):
        if session.auth:
            raise ValueError(f"both {USER} and a bearer token are set; expected one of them; unset the other")
        session.auth = BearerToken()
    if (session.auth or get_netrc_auth(url)) and not _is_private(url):
        raise ValueError(
            f"{server_of(url)}: a password or token would travel unencrypted; expected an address with https"
        )
    # A request that is sent on arrives changed: without its body, or without who asks.
    session.max_redirects = 0
    again = Retry(
        total=retries,
        backoff_factor=0.5,
        status_forcelist=(429, 502, 503, 504),
        allowed_methods=None,
        redirect=False,
        raise_on_status=False,
    )
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Patient(max_retries=again))
    return session


class _Patient(HTTPAdapter):
    """Wait for an answer, but not for ever."""

    def send(self, request: requests.PreparedRequest, *args: Any, **how: Any) -> requests.Response:
        return super().send(request, *args, **how | {"timeout": _TIMEOUT_S})


@contextmanager
def telling_errors(server: str) -> Iterator[None]:
    """
    Turn all that can go wrong between here and an archive into an :py:class:`DicomWebError`; nothing is logged.

    What stands behind it is not kept: it holds addresses and parts of answers, and those hold identifiers.
    """
    try:
        with silence_libraries():
            yield
    except (DicomWebError, FilmError):
        raise
    except Exception as error:
        raise _told(server, error) from None


def _told(server: str, error: Exception) -> DicomWebError:
    match error:
        case requests.exceptions.SSLError():
            return UnavailableError(
                f"{server}: its certificate cannot be verified; name your authorities in REQUESTS_CA_BUNDLE"
            )
        case requests.exceptions.TooManyRedirects():
            moved = _origin(server, error.response.headers.get("Location", "") if error.response is not None else "")
            return UnavailableError(f"{server}: sends on to {moved}; give the address of the service itself")
        case requests.exceptions.HTTPError():
            return _status_told(server, error.response.status_code)
        case (
            requests.exceptions.InvalidJSONError()
            | requests.exceptions.ContentDecodingError()
            | requests.exceptions.ChunkedEncodingError()
        ):
            return _no_dicomweb(server)
        case requests.exceptions.RequestException():
            return UnavailableError(f"{server}: does not answer; check its address, and that it runs")
    return _no_dicomweb(server)


def _status_told(server: str, status: int) -> DicomWebError:
    if status in (401, 403):
        # Access may be refused to one study alone; who asks is refused for all.
        kind = UnavailableError if status == 401 else DicomWebError
        return kind(f"{server}: refuses access ({status}); set {USER} and {PASSWORD}, {TOKEN_FILE}, or use netrc")
    if status in _SERVES_NOBODY:
        return UnavailableError(f"{server}: serves nobody now (status {status}); try again later")
    kind = UnsupportedError if status in _UNSUPPORTED else DicomWebError
    return kind(f"{server}: answers with status {status}; is it the root of a DICOMweb service (/dicom-web)?")


def _no_dicomweb(server: str) -> DicomWebError:
    return DicomWebError(
        f"{server}: gives an answer that is no DICOMweb; is it the root of a DICOMweb service (/dicom-web)?"
    )


def _origin(server: str, location: str) -> str:
    """Return the beginning of an address that a server sends on to, which holds no identifiers."""
    try:
        moved = urlsplit(urljoin(server, location))
    except ValueError:
        return "an address that is none"
    return f"{moved.scheme}://{moved.netloc}"


def _is_private(url: str) -> bool:
    """Say whether nobody between here and the server can read what is sent."""
    parts = urlsplit(url)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
