"""DICOMweb sessions: URL checks, credentials, retries, timeouts and errors."""

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

from chestxr.utils.archive_errors import ArchiveError, UnavailableError
from chestxr.utils.errors import FilmError
from chestxr.utils.silence import silence_libraries

from .bearer_token import TOKEN, TOKEN_FILE, BearerToken

__all__ = [
    "PASSWORD",
    "USER",
    "UnsupportedError",
    "open_session",
    "request_errors",
    "server_of",
]

USER, PASSWORD = "CHESTXR_PACS_USER", "CHESTXR_PACS_PASSWORD"
# To connect, and between two chunks of a response.
_TIMEOUT_S = (10, 120)
# The form of the request is not supported.
_UNSUPPORTED = (400, 404, 405, 501)
# The server fails for every request. Not 500, which may be due to one broken object.
_UNAVAILABLE = (429, 502, 503, 504, 507)


class UnsupportedError(ArchiveError):
    """An archive does not support a request, such as a search over all series, or a limit."""


def server_of(url: str) -> str:
    """
    Return the URL of a DICOMweb service in a form that may be shown.

    Raises
    ------
    ValueError
        If the URL is invalid, or contains a user name or a password.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not the URL of a DICOMweb service; expected one such as https://pacs.example/dicom-web")
    if parts.username or parts.password:
        raise ValueError(f"a URL with a user name or password; set {USER} and {PASSWORD} instead, or use netrc")
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def open_session(url: str, retries: int) -> requests.Session:
    """
    Open a session with credentials and retries of temporary failures, after half a second, one, two ... seconds.

    Raises
    ------
    ValueError
        If a password or token would be sent unencrypted to another machine, both are set, or a token cannot be read.
    """
    session = requests.Session()
    if os.environ.get(USER):
        session.auth = (os.environ[USER], os.environ.get(PASSWORD, ""))
    if os.environ.get(TOKEN) or os.environ.get(TOKEN_FILE):
        if session.auth:
            raise ValueError(f"both {USER} and a bearer token are set; expected one of them; unset the other")
        session.auth = BearerToken()
    if (session.auth or get_netrc_auth(url)) and not _is_private(url):
        raise ValueError(f"{server_of(url)}: a password or token would be sent unencrypted; expected a URL with https")
    # A redirected request would lose its body or its credentials.
    session.max_redirects = 0
    retry = Retry(
        total=retries,
        backoff_factor=0.5,
        status_forcelist=(429, 502, 503, 504),
        allowed_methods=None,
        redirect=False,
        raise_on_status=False,
    )
    for scheme in ("http://", "https://"):
        session.mount(scheme, _TimeoutAdapter(max_retries=retry))
    return session


class _TimeoutAdapter(HTTPAdapter):
    """Apply a default timeout."""

    def send(self, request: requests.PreparedRequest, *args: Any, **how: Any) -> requests.Response:
        return super().send(request, *args, **how | {"timeout": _TIMEOUT_S})


@contextmanager
def request_errors(server: str) -> Iterator[None]:
    """
    Convert every error of a request to :py:class:`~chestxr.utils.archive_errors.ArchiveError`, without logging.

    The cause is dropped: it contains URLs and parts of responses, and these contain identifiers.
    """
    try:
        with silence_libraries():
            yield
    except (ArchiveError, FilmError):
        raise
    except Exception as error:
        raise _request_error(server, error) from None


def _request_error(server: str, error: Exception) -> ArchiveError:
    match error:
        case requests.exceptions.SSLError():
            return UnavailableError(
                f"{server}: its certificate cannot be verified; set REQUESTS_CA_BUNDLE to your certificate authorities"
            )
        case requests.exceptions.TooManyRedirects():
            moved = _origin(server, error.response.headers.get("Location", "") if error.response is not None else "")
            return UnavailableError(f"{server}: redirects to {moved}; use the URL of the service itself")
        case requests.exceptions.HTTPError():
            return _status_error(server, error.response.status_code)
        case (
            requests.exceptions.InvalidJSONError()
            | requests.exceptions.ContentDecodingError()
            | requests.exceptions.ChunkedEncodingError()
        ):
            return _no_dicomweb(server)
        case requests.exceptions.RequestException():
            return UnavailableError(f"{server}: does not answer; check its address and that it is running")
    return _no_dicomweb(server)


def _status_error(server: str, status: int) -> ArchiveError:
    if status in (401, 403):
        # 403 may concern a single study; 401 concerns the credentials, and so every request.
        kind = UnavailableError if status == 401 else ArchiveError
        return kind(f"{server}: refuses access ({status}); set {USER} and {PASSWORD}, {TOKEN_FILE}, or use netrc")
    if status in _UNAVAILABLE:
        return UnavailableError(f"{server}: is unavailable (status {status}); try again later")
    kind = UnsupportedError if status in _UNSUPPORTED else ArchiveError
    return kind(f"{server}: answers with status {status}; is it the root of a DICOMweb service (/dicom-web)?")


def _no_dicomweb(server: str) -> ArchiveError:
    return ArchiveError(f"{server}: its response is not DICOMweb; is it the root of a DICOMweb service (/dicom-web)?")


def _origin(server: str, location: str) -> str:
    """Return scheme and host of a redirect, without the path, which may contain identifiers."""
    try:
        moved = urlsplit(urljoin(server, location))
    except ValueError:
        return "an invalid URL"
    return f"{moved.scheme}://{moved.netloc}"


def _is_private(url: str) -> bool:
    """Return whether requests are encrypted or stay on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
