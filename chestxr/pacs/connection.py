"""How an archive is reached: its address, who asks, and what is said when it fails."""

import ipaddress
import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_netrc_auth
from urllib3.util import Retry

__all__ = ["PASSWORD", "USER", "ArchiveError", "RefusedError", "open_session", "server_of", "telling_errors"]

USER, PASSWORD = "CHESTXR_PACS_USER", "CHESTXR_PACS_PASSWORD"
# To connect, and between two pieces of an answer.
_TIMEOUT_S = (10, 120)
# Because of what was sent, not of the address or of who asks.
_REFUSALS = (400, 409, 413, 415)


class ArchiveError(OSError):
    """
    An archive does not answer, or refuses.

    Its text names the server and the kind of error, never an address below it, which holds identifiers.
    """


class RefusedError(ArchiveError):
    """An archive answers, and does not take an object; it may take others."""


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
        If a name and a password would travel to another machine for everybody to read.
    """
    session = requests.Session()
    if os.environ.get(USER):
        session.auth = (os.environ[USER], os.environ.get(PASSWORD, ""))
    if (session.auth or get_netrc_auth(url)) and not _is_private(url):
        raise ValueError(
            f"{server_of(url)}: a name and a password would travel unencrypted; expected an address with https"
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

    def send(self, request: requests.PreparedRequest, **how: object) -> requests.Response:
        return super().send(request, **how | {"timeout": how.get("timeout") or _TIMEOUT_S})


@contextmanager
def telling_errors(server: str) -> Iterator[None]:
    """Turn all that can go wrong between here and an archive into an :py:class:`ArchiveError`."""
    try:
        yield
    except requests.exceptions.SSLError as error:
        raise ArchiveError(
            f"{server}: its certificate cannot be verified; name your authorities in REQUESTS_CA_BUNDLE"
        ) from error
    except requests.exceptions.TooManyRedirects as error:
        moved = urlsplit(urljoin(server, error.response.headers.get("Location", "")))
        raise ArchiveError(
            f"{server}: sends on to {moved.scheme}://{moved.netloc}; give the address of the service itself"
        ) from error
    except requests.exceptions.HTTPError as error:
        status = error.response.status_code
        if status in (401, 403):
            raise ArchiveError(
                f"{server}: refuses access ({status}); set {USER} and {PASSWORD}, or use netrc"
            ) from error
        if status in _REFUSALS:
            raise RefusedError(f"{server}: refuses an object ({status}); ask its administrator") from error
        raise ArchiveError(
            f"{server}: answers with status {status}; is it the root of a DICOMweb service (/dicom-web)?"
        ) from error
    except requests.exceptions.RequestException as error:
        raise ArchiveError(f"{server}: does not answer ({type(error).__name__})") from error
    except Exception as error:
        # What the client's other errors say may hold identifiers.
        raise ArchiveError(f"{server}: gives an answer that is no DICOMweb ({type(error).__name__})") from None


def _is_private(url: str) -> bool:
    """Say whether nobody between here and the server can read what is sent."""
    parts = urlsplit(url)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False
