"""Refuse requests of other machines and of other web pages."""

from hmac import compare_digest
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["CONTENT_POLICY", "AccessGuard"]

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Films and results must not stay in the browser's cache.
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class AccessGuard:
    """
    ASGI middleware that only answers the pages of its own server.

    A request must name this machine in ``Host``, so that a web page whose domain name was rebound to this machine is
    refused; come from this server's pages, by ``Origin``, if it changes anything; and have the server's token as the
    first part of its path, which other pages and other users of the machine do not know.

    Parameters
    ----------
    app : ASGI application
        The application to protect. All its paths begin with the token.
    token : str
        Secret of this server.
    names : collection of str
        Host names of this machine, in lower case.
    local : bool
        Whether only the loopback addresses are valid; otherwise any IP address is.
    """

    def __init__(self, app: ASGIApp, token: str, names: frozenset[str], local: bool) -> None:
        self.app, self.token, self.names, self.local = app, token, names, local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it with status 403."""

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._answer(scope)(scope, receive, send_protected)

    def _answer(self, scope: Scope) -> ASGIApp:
        if scope["path"] == "/favicon.ico":  # browsers ask for it by themselves, without the token
            return Response(status_code=204)
        refusal = self._refusal(scope)
        return self.app if refusal is None else PlainTextResponse(f"{refusal}\n", 403)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_own(host):
            return "This server answers under its own address only."
        origin = headers.get("origin")
        if origin != f"http://{host}" and (origin is not None or scope["method"] not in ("GET", "HEAD")):
            return "This server answers its own pages only."
        first = scope["path"].split("/")[1:2]
        if not compare_digest("".join(first).encode("utf-8", "surrogatepass"), self.token.encode()):
            return "Open the address that chestxr serve printed when it started; it is new at each start."
        return None

    def _is_own(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
            return name in self.names or _is_valid(name, self.local)
        except ValueError:
            return False


def _is_valid(name: str, local: bool) -> bool:
    """Return whether a name is an IP address of a kind that is served; raise ValueError for another name."""
    return ip_address(name).is_loopback or not local
