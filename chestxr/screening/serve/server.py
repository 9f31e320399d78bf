"""The HTTP server: its socket, its thread, and how it ends."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from ipaddress import ip_address
from threading import Thread

__all__ = ["check_packages", "interrupted_by_signals", "is_local", "listen", "own_names", "running"]

_PATIENCE = 3
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def check_packages() -> None:
    """
    Check that the packages of the server are installed.

    Raises
    ------
    ValueError
        If one is missing.
    """
    for package in ("starlette", "uvicorn"):
        if find_spec(package) is None:
            raise ValueError(
                f"{package} is not installed; expected the extra serve: "
                "pip install -c constraints.txt '.[serve]' in chestxr's clone"
            )


def is_local(host: str) -> bool:
    """Return whether only this machine reaches a host name or address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def own_names(host: str) -> frozenset[str]:
    """Return the names under which a server on a host may be addressed, in lower case; IP addresses excluded."""
    names = {"localhost"} if is_local(host) else {"localhost", host.lower(), socket.gethostname().lower()}
    return frozenset(names)


def listen(host: str, port: int) -> socket.socket:
    """
    Return a listening socket.

    Parameters
    ----------
    host : str
        Host name or address.
    port : int
        Port; 0 for any that is free.

    Raises
    ------
    OSError
        If the address is not available.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise OSError(f"{host}, port {port}: {error.strerror}; choose another --host or --port") from error


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt in the main thread at the first signal that ends a program; ignore later ones."""

    def interrupt(*_: object) -> None:
        for name in _SIGNALS:
            signal.signal(name, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {name: signal.signal(name, interrupt) for name in _SIGNALS}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


@contextmanager
def running(app, listener: socket.socket) -> Iterator[None]:
    """
    Serve an ASGI application in a thread.

    Requests are not logged: their addresses have the server's token.
    """
    import uvicorn

    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_PATIENCE,
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, args=([listener],), name="server", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
