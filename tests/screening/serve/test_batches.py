"""Films in, results out: what pages and broken clients can ask for."""

import io
import json
import logging
import socket
from inspect import signature
from pathlib import Path
from threading import Event
from zipfile import ZipFile

import pytest

import chestxr
from chestxr.cli.serve import serve
from chestxr.io.file_format import FORMATS
from chestxr.io.film_file import MAX_BYTES
from chestxr.screening.serve.batch import State
from tests.screening.ray.archives import wait_for

from .in_thread import TOKEN, site, write_results


@pytest.fixture
def opened(tmp_path):
    with site(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A site with one batch that was screened; a file outside the results is a secret."""
    folder = tmp_path_factory.mktemp("shared")
    (folder.parent / "secret").write_text("secret")
    with site(folder) as running:
        number = _screened(running, ("a.png", b"x"))
        (running.batches[number].results / "link").symlink_to(folder.parent / "secret")
        yield running


def _state(opened, number: int) -> str:
    return opened.ask("GET", f"batches/{number}/progress").json()["state"]


def _screened(opened, *films: tuple[str, bytes]) -> int:
    """Send films and screen them; return the number of the batch."""
    batch = opened.announce(*((name, len(content)) for name, content in films))
    for key, (_, content) in zip(batch["films"], films, strict=True):
        assert opened.ask("PUT", f"batches/{batch['number']}/films/{key}", data=content).status_code == 201
    assert opened.ask("POST", f"batches/{batch['number']}/screen").status_code == 204
    wait_for(lambda: _state(opened, batch["number"]) in ("finished", "failed"), 30)
    return batch["number"]


def test_films_are_screened_and_their_results_are_sent(opened, tmp_path):
    number = _screened(opened, ("a.dcm", b"content"), ("b.dcm", b""))
    answer = opened.ask("GET", f"batches/{number}/")
    assert answer.status_code == 303 and answer.headers["Location"] == "results/report.html"
    report = opened.ask("GET", f"batches/{number}/results/report.html")
    assert "<body class=x><nav" in report.text and "Save DICOM" in report.text
    assert "<nav" not in next(tmp_path.rglob("report.html")).read_text()
    saved = ZipFile(io.BytesIO(opened.ask("GET", f"batches/{number}/results.zip").content))
    assert saved.testzip() is None and {name.partition("/")[2] for name in saved.namelist()} == {
        "report.html",
        "film-0001_seg.dcm",
        "records/film-0001.json",
    }
    dicom = ZipFile(io.BytesIO(opened.ask("GET", f"batches/{number}/dicom.zip").content))
    assert [dicom.read(name) for name in dicom.namelist()] == [b"segmentation"]
    start = opened.ask("GET", "").text
    assert "2 suspicious" in start and FORMATS in start
    assert not list(tmp_path.rglob("films")), "films are deleted once they are screened"


def test_names_are_shown_but_never_used_as_paths(opened, tmp_path):
    names = ["/etc/passwd", "..", "C:\\x.png", "<b>.png", "a\0b.png", "\ud800.png", "x" * 5000]
    batch = opened.announce(*((name, 1) for name in names))
    for key in batch["films"]:
        assert opened.ask("PUT", f"batches/1/films/{key}", data=b"x").status_code == 201
    written = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(name.partition("/")[2] for name in written) == [
        f"films/film-{n:04d}" for n in range(1, len(names) + 1)
    ]
    assert all(len(film.name) <= 300 and film.name.isprintable() for film in opened.batches[1].films.values())


@pytest.mark.parametrize(
    "path",
    [
        "results/../../../secret",
        "results/%2e%2e/%2e%2e/%2e%2e/secret",
        "results/..%2f..%2f..%2fsecret",
        "results//etc/passwd",
        "results/%2fetc%2fpasswd",
        "results/records/../../films/film-0001",
        "results/link",
        "results/records",
        "results/%00",
        "results/" + "x" * 3000,
        "films/../../../../secret",
    ],
)
def test_nothing_outside_the_results_is_sent(shared, path):
    answer = shared.raw(f"GET /{TOKEN}/batches/1/{path} HTTP/1.1\nHost: localhost")
    assert answer.split()[1] in (b"404", b"405") and b"secret" not in answer and b"root:" not in answer


def test_other_files_of_a_folder_are_left_out(opened):
    names = [
        "f/a.png",
        "f/notes.txt",
        "f/.hidden.png",
        "f/DICOMDIR",
        "f/masks/a.png",
        "f/sub/b.dcm",
        "notes.txt",
        "f/1.2.3",
    ]
    batch = opened.announce(*((name, 1) for name in names))
    assert [name for name, key in zip(names, batch["films"], strict=True) if key] == [
        "f/a.png",
        "f/sub/b.dcm",
        "notes.txt",
        "f/1.2.3",
    ]
    answer = opened.ask("POST", "batches", json=[{"name": "f/notes.txt", "size": 1}])
    assert answer.status_code == 400 and "No films were found" in answer.text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[",
        b"{}",
        b"[]",
        b"[1]",
        b'[{"name": "a"}]',
        b'[{"name": "", "size": 1}]',
        b"[" * 100000,
        b'[{"name": "a", "size": -1}]',
        b'[{"name": "a", "size": "1"}]',
        b'[{"name": 1, "size": 1}]',
        b"\xff",
    ],
)
def test_a_list_that_cannot_be_read_is_refused(shared, content):
    assert shared.ask("POST", "batches", data=content).status_code == 400
    assert len(shared.batches.newest_first()) == 1


def test_ten_thousand_films_are_accepted(opened):
    batch = opened.announce(*((f"folder/{number}.dcm", 10) for number in range(10_000)))
    assert len(set(batch["films"])) == 10_000 and batch["films"][-1] == "film-10000"
    assert "10000 films" in opened.ask("GET", "").text


def test_too_large_a_list_is_refused(opened):
    assert opened.ask("POST", "batches", data=b" " * (2**24 + 1)).status_code == 400


def test_huge_films_and_those_without_room_have_an_error(opened):
    batch = opened.announce(("huge.dcm", MAX_BYTES + 1), *((f"{n}.dcm", MAX_BYTES) for n in range(3)))
    assert [key is None for key in batch["films"]] == [True, False, False, True]
    errors = [film.error.found for film in opened.batches[1].films.values()]
    assert "MiB" in errors[0] and "not received" in errors[1] and "no room" in errors[3]
    assert opened.announce(("later.dcm", MAX_BYTES))["films"] == [None]
    assert opened.ask("DELETE", "batches/1").status_code == 204
    assert opened.announce(("later.dcm", MAX_BYTES))["films"] == ["film-0001"]


@pytest.mark.parametrize("content", [b"", b"123", b"12345", b"x" * 10_000_000])
def test_content_of_another_size_is_not_taken(opened, tmp_path, content):
    opened.announce(("a.dcm", 4))
    try:
        assert opened.ask("PUT", "batches/1/films/film-0001", data=content).status_code == 400
    except OSError:
        assert len(content) > 4, "the connection may be closed before all is sent"
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert opened.ask("PUT", "batches/1/films/film-0001", data=b"1234").status_code == 201
    assert opened.ask("PUT", "batches/1/films/film-0001", data=b"1234").status_code == 409
    assert opened.ask("PUT", "batches/1/films/film-0002", data=b"1234").status_code == 404


def test_a_closed_tab_leaves_no_partial_film(opened, tmp_path):
    opened.announce(("a.dcm", 1000))
    head = f"PUT /{TOKEN}/batches/1/films/film-0001 HTTP/1.1\nHost: localhost\nOrigin: http://localhost\n"
    head += "Content-Length: 1000\n\nabc"
    with socket.create_connection(("127.0.0.1", opened.port)) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode())
        wait_for(lambda: list(tmp_path.rglob("*.part")), 30)
        second = opened.ask("PUT", "batches/1/films/film-0001", data=b"x" * 1000)
        assert second.status_code == 409, "a second tab sends the same film"
    wait_for(lambda: not list(tmp_path.rglob("*.part")), 30)
    start = opened.ask("GET", "").text
    assert "0 received" in start and "Screen these films" in start
    assert "not received" in opened.batches[1].films["film-0001"].error.found


def test_a_batch_that_fails_is_tried_again_and_the_server_lives(tmp_path, caplog):
    outcomes = iter([OSError("no space left"), RuntimeError("unexpected"), None])

    def screen(batch):
        if error := next(outcomes):
            raise error
        write_results(batch)

    with site(tmp_path, screen) as opened, caplog.at_level(logging.ERROR):
        number = _screened(opened, ("a.png", b"x"))
        assert opened.ask("GET", f"batches/{number}/progress").json()["message"] == "no space left"
        opened.batches[number].stopping.set()
        for state in ("failed", "finished"):
            assert opened.ask("POST", f"batches/{number}/screen").status_code == 204
            wait_for(lambda state=state: _state(opened, number) == state, 30)
            assert not opened.batches[number].stopping.is_set()
        assert "could not be screened" in caplog.text
        assert opened.ask("POST", f"batches/{number}/screen").status_code == 409


def test_batches_wait_for_each_other_and_are_deleted_in_any_state(tmp_path):
    started, proceed = Event(), Event()

    def screen(batch):
        started.set()
        assert proceed.wait(30)
        write_results(batch)

    with site(tmp_path, screen) as opened:
        for number in (1, 2, 3):
            opened.announce(("a.png", 1))
            opened.ask("POST", f"batches/{number}/screen")
        assert started.wait(30)
        assert [_state(opened, number) for number in (1, 2, 3)] == ["screening", "waiting", "waiting"]
        assert [opened.ask("POST", f"batches/{number}/stop").status_code for number in (1, 2)] == [204, 409]
        assert opened.batches[1].stopping.is_set() and not opened.batches[2].stopping.is_set()
        first = opened.batches[1]
        assert opened.ask("DELETE", "batches/1").status_code == opened.ask("DELETE", "batches/2").status_code == 204
        assert opened.ask("GET", "batches/1/progress").status_code == 404
        assert first.folder.is_dir(), "the screening still writes to it"
        proceed.set()
        wait_for(lambda: _state(opened, 3) == State.FINISHED, 30)
        assert [path.name.split("-")[1] for path in tmp_path.iterdir()] == ["3"]
        assert opened.ask("DELETE", "batches/3").status_code == 204 and not list(tmp_path.iterdir())


def test_kept_films_stay(tmp_path):
    with site(tmp_path, keep=True) as opened:
        _screened(opened, ("a.png", b"x"))
        assert str(tmp_path) in opened.ask("GET", "").text
    assert next(tmp_path.rglob("films/film-0001")).read_bytes() == b"x"
    assert json.loads(next(tmp_path.rglob("records/film-0001.json")).read_text()) == {}


def test_the_readme_states_the_limits():
    readme = Path(chestxr.__file__).with_name("screening").joinpath("README.md").read_text()
    space = signature(serve).parameters["space"].default
    assert f"at most {MAX_BYTES // 2**20} MiB; together {space} GB" in readme
