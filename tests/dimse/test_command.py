"""What ``chestxr pacs listen`` prints, and its exit status, without the bundle."""

import signal
import socket
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from chestxr.cli import app
from chestxr.utils.archive_errors import UnavailableError
from chestxr.utils.errors import FilmError
from tests.dicomweb.orthanc import free_port
from tests.dimse.dcmtk import echo, needs_dcmtk

OUTAGE = UnavailableError("A@127.0.0.1:104: does not answer")
LATERAL = FilmError("1.dcm", "a lateral view in the header", "a frontal film", "leave it out")


class Listener:
    """Passes with scripted outcomes; then the user stops the program."""

    passes: list[list]
    seen: list[bool]
    port: int

    def __init__(self, *_, **__) -> None: ...

    def receive(self, instance: str, content: bytes) -> None:
        raise AssertionError("no film is sent")

    def answer(self) -> Iterator:
        if not self.passes:
            self.seen.append(echo(self.port))
            raise KeyboardInterrupt
        yield from self.passes.pop(0)

    def drift(self) -> str:
        return ""

    def wait(self, seconds: float) -> None:
        """Begin the next pass at once."""

    def close(self) -> None:
        self.seen.append(echo(self.port))


@pytest.fixture
def listener(monkeypatch) -> type[Listener]:
    monkeypatch.setattr("chestxr.screening.listen.FilmListener", Listener)
    Listener.passes, Listener.seen, Listener.port = [], [], free_port()
    return Listener


@pytest.fixture(autouse=True)
def _restored_signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def _listen(port: int, *options: str):
    command = ["pacs", "listen", "--send-to", "A@127.0.0.1:104", "--port", str(port)]
    return CliRunner().invoke(app, [*command, *options])


@needs_dcmtk
def test_errors_are_printed_once_and_the_service_ends_before_the_worker(listener, tmp_path):
    listener.passes = [[None, None], [OUTAGE] * 3, [OUTAGE], [None, LATERAL], [OUTAGE]]
    result = _listen(listener.port, "--out", str(tmp_path))
    assert result.exit_code == 130
    assert result.stdout.splitlines() == [
        f"CHESTXR listens at 127.0.0.1:{listener.port}; results go to A@127.0.0.1:104",
        "films answered: 2",
        "films answered: 1",
    ]
    assert result.stderr.splitlines() == [
        *(str(OUTAGE), str(LATERAL), str(OUTAGE)),
        "stopped; the same command goes on from here",
    ]
    assert listener.seen == [True, False]


def test_termination_is_a_normal_end(listener, tmp_path, monkeypatch):
    monkeypatch.setattr(listener, "wait", lambda *_: signal.raise_signal(signal.SIGTERM))
    listener.passes = [[None]]
    result = _listen(listener.port, "--out", str(tmp_path))
    assert result.exit_code == 0 and "films answered: 1" in result.stdout


@needs_dcmtk
def test_opening_to_other_machines_is_pointed_out(listener, tmp_path):
    result = _listen(listener.port, "--out", str(tmp_path), "--host", "0.0.0.0", "--from", "MODALITY")
    assert "0.0.0.0: other machines can connect; the connections are not encrypted" in result.stderr
    assert listener.seen == [True, False]


def test_port_in_use_ends_the_command(listener, tmp_path):
    with socket.create_server(("127.0.0.1", listener.port)):
        result = _listen(listener.port, "--out", str(tmp_path))
    assert result.exit_code == 2 and "cannot listen here (Address already in use); choose another" in result.stderr


@pytest.mark.parametrize("option", [("--send-to", "ORTHANC"), ("--aet", ""), ("--from", "SEVENTEEN LETTERS")])
def test_invalid_address_or_title_ends_the_command(listener, tmp_path, option):
    result = _listen(listener.port, "--out", str(tmp_path), *option)
    assert result.exit_code == 2 and "expected" in result.stderr
