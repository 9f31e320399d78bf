"""A local DICOMweb server with scripted responses, conformant or not."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from inspect import signature

STUDY, SERIES, INSTANCE = "0020000D", "0020000E", "00080018"


@dataclass
class Answer:
    """A server's response."""

    content: bytes = b""
    status: int = 200
    kind: str = "application/dicom+json"
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def stub_archive(answer: Callable[[str, str, bytes], Answer]) -> Iterator[str]:
    """Serve the responses of a function of a request's method, path and body; yield the root URL.

    The function may take the headers as a fourth argument.
    """

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, body: bytes) -> None:
            asked = [self.command, self.path.removeprefix("/dicom-web"), body]
            if len(signature(answer).parameters) == 4:
                asked.append(dict(self.headers))
            said = answer(*asked)
            self.send_response(said.status)
            headers = {"Content-Type": said.kind, "Content-Length": str(len(said.content))} | said.headers
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.content)

        def log_message(self, *_) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/dicom-web"
    finally:
        server.shutdown()
        server.server_close()


def as_json(found: object, status: int = 200) -> Answer:
    """Return a response to a search."""
    return Answer(json.dumps(found).encode(), status)


def as_parts(*parts: bytes, end: bytes = b"\r\n--border--\r\n") -> Answer:
    """Return a multipart response with objects."""
    sent = b"".join(b"\r\n--border\r\nContent-Type: application/dicom\r\n\r\n" + part for part in parts)
    return Answer(sent.removeprefix(b"\r\n") + end, kind='multipart/related; type="application/dicom"; boundary=border')


def entry(**identifiers: object) -> dict:
    """Return an entry of a search response with the given UIDs: study, series, instance."""
    tags = {"study": STUDY, "series": SERIES, "instance": INSTANCE}
    return {tags[name]: {"vr": "UI", "Value": [value]} for name, value in identifiers.items()}
