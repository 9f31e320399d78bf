"""Web application: pages, films in, results out."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from chestxr.io.file_format import FORMATS
from chestxr.io.film_file import MAX_BYTES

from .announced import read_announced
from .batch import Batch, DroppedFilm, State
from .batches import Batches
from .receive import read_body, write_body
from .report import report_with_links
from .zip_stream import zip_stream

__all__ = ["make_app"]

_PACKAGE = "chestxr.screening.serve"
_STATIC = {"serve.css": "text/css", "start.js": "text/javascript", "batch.js": "text/javascript"}
_MOST_ANNOUNCED = 2**24
# The report declares the rest in its own policy.
_REPORT_POLICY = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_OUTCOMES = ("suspicious", "not suspicious", "no score", "failed", "not screened")


def make_app(batches: Batches, token: str, kept: Path | None) -> Starlette:
    """
    Return the application.

    Parameters
    ----------
    batches : Batches
        The batches that it shows.
    token : str
        First part of every path.
    kept : pathlib.Path or None
        Folder in which films and results are kept; None if they are deleted.
    """
    pages = _Pages(batches, kept)
    batch = "/batches/{number:int}"
    routes = [
        Route("/", pages.start),
        Route("/static/{name}", pages.static),
        Route("/batches", pages.announce, methods=["POST"]),
        Route(batch, pages.remove, methods=["DELETE"]),
        Route(f"{batch}/", pages.batch),
        Route(f"{batch}/films/{{key}}", pages.receive, methods=["PUT"]),
        Route(f"{batch}/screen", pages.screen, methods=["POST"]),
        Route(f"{batch}/stop", pages.stop, methods=["POST"]),
        Route(f"{batch}/progress", pages.progress),
        Route(f"{batch}/results.zip", pages.save_results),
        Route(f"{batch}/dicom.zip", pages.save_dicom),
        Route(f"{batch}/results/{{path:path}}", pages.result),
    ]
    return Starlette(routes=[Mount(f"/{token}", routes=routes)])


class _Pages:
    def __init__(self, batches: Batches, kept: Path | None) -> None:
        self.batches = batches
        self._environment = Environment(loader=PackageLoader(_PACKAGE, "pages"), autoescape=True, trim_blocks=True)
        self._environment.globals |= {"kept": kept, "formats": FORMATS, "State": State, "outcomes": _outcomes}
        self._static = {name: self._source(name) for name in _STATIC}

    def start(self, request: Request) -> Response:
        return self._page("start.html", batches=self.batches.newest_first(), most=MAX_BYTES)

    def static(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _STATIC:
            raise HTTPException(404)
        return Response(self._static[name], media_type=_STATIC[name])

    async def announce(self, request: Request) -> Response:
        try:
            announced = read_announced(await read_body(request.stream(), _MOST_ANNOUNCED))
            batch, keys = self.batches.add(announced)
        except ValueError as error:
            raise HTTPException(400, str(error)) from error
        except OSError as error:
            raise HTTPException(507, "The folder for films cannot be written; is the disk full?") from error
        return JSONResponse({"number": batch.number, "films": keys}, 201)

    async def receive(self, request: Request) -> Response:
        batch, film = self._batch(request), self._film(request)
        if film.refusal or film.received or batch.state is not State.RECEIVING:
            raise HTTPException(409, "This film is not expected.")
        partial = batch.film_path(film).with_suffix(".part")
        try:
            await write_body(request.stream(), partial, film.size)
            taken = self.batches.receive(batch, film, partial)
        except (ValueError, ClientDisconnect) as error:
            raise HTTPException(400, "The film did not arrive as announced.") from error
        except FileExistsError as error:
            raise HTTPException(409, "This film is arriving already.") from error
        except OSError as error:
            raise HTTPException(507, "The film cannot be written; is the disk full?") from error
        if not taken:
            partial.unlink(missing_ok=True)
            raise HTTPException(409, "This film is no longer expected.")
        return Response(status_code=201)

    def batch(self, request: Request) -> Response:
        batch = self._batch(request)
        if batch.state is State.FINISHED:
            return RedirectResponse("results/report.html", 303)
        return self._page("batch.html", batch=batch)

    def screen(self, request: Request) -> Response:
        return _accepted(self.batches.screen(self._batch(request)))

    def stop(self, request: Request) -> Response:
        return _accepted(self.batches.stop(self._batch(request)))

    def remove(self, request: Request) -> Response:
        self.batches.remove(self._batch(request))
        return Response(status_code=204)

    def progress(self, request: Request) -> Response:
        batch = self._batch(request)
        return JSONResponse(
            {
                "state": batch.state,
                "done": batch.done,
                "films": len(batch.films),
                "seconds_left": batch.seconds_left(),
                "stopping": batch.stopping.is_set(),
                "message": batch.message,
            }
        )

    def save_results(self, request: Request) -> Response:
        batch = self._finished(request)
        paths = sorted(path for path in batch.results.rglob("*") if path.is_file())
        return _download(zip_stream(paths, batch.results, f"chestxr-batch-{batch.number}"), batch, "results")

    def save_dicom(self, request: Request) -> Response:
        batch = self._finished(request)
        paths = batch.dicom_results
        if not paths:
            raise HTTPException(404, "No film of this batch is DICOM.")
        return _download(zip_stream(paths, batch.results, f"chestxr-batch-{batch.number}-dicom"), batch, "dicom")

    def result(self, request: Request) -> Response:
        batch = self._finished(request)
        path = _file_below(batch.results, request.path_params["path"])
        if path is None:
            raise HTTPException(404, "There is no such file.")
        if path.name != "report.html":
            return FileResponse(path)
        links = self._environment.get_template("links.html").render(batch=batch)
        headers = {"Content-Security-Policy": _REPORT_POLICY}
        return StreamingResponse(report_with_links(path, links), media_type="text/html", headers=headers)

    def _batch(self, request: Request) -> Batch:
        try:
            return self.batches[request.path_params["number"]]
        except KeyError as error:
            raise HTTPException(404, "There is no such batch; it may have been deleted.") from error

    def _finished(self, request: Request) -> Batch:
        batch = self._batch(request)
        if batch.state is not State.FINISHED:
            raise HTTPException(404, "This batch has no results yet.")
        return batch

    def _film(self, request: Request) -> DroppedFilm:
        film = self._batch(request).films.get(request.path_params["key"])
        if film is None:
            raise HTTPException(404, "There is no such film.")
        return film

    def _page(self, name: str, **values: Any) -> Response:
        return HTMLResponse(self._environment.get_template(name).render(**values))

    def _source(self, name: str) -> str:
        assert self._environment.loader is not None
        return self._environment.loader.get_source(self._environment, name)[0]


def _file_below(folder: Path, name: str) -> Path | None:
    """Return a file of a folder, None if there is none of this name, or if it is outside."""
    try:
        path = (folder / name).resolve()
        return path if path.is_relative_to(folder.resolve()) and path.is_file() else None
    except (OSError, ValueError):  # no valid name
        return None


def _accepted(done: bool) -> Response:
    if not done:
        raise HTTPException(409, "The batch is in another state.")
    return Response(status_code=204)


def _download(content: Any, batch: Batch, kind: str) -> Response:
    name = f"chestxr-batch-{batch.number}-{kind}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(content, media_type="application/zip", headers=headers)


def _outcomes(batch: Batch) -> str:
    """Return the number of films by outcome, in words."""
    return ", ".join(f"{batch.counts[name]} {name}" for name in _OUTCOMES if batch.counts.get(name))
