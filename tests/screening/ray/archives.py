"""Archives of synthetic films, runs over them, and checks of their results."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from PIL import Image
from typer.testing import CliRunner

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder
from chestxr.cli import app
from tests.interrupts import hear_interrupts
from tests.phantom import chest_film

__all__ = [
    "archive",
    "assert_complete",
    "assert_nothing_half_written",
    "at_work",
    "changed_bundle",
    "held",
    "meanwhile",
    "phantoms",
    "started",
    "wait_for",
    "waiting_bundle",
    "workers_of",
]


def phantoms(folder: Path, count: int) -> Path:
    """Write synthetic films to a folder; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        film, _ = chest_film((160, 160), number)
        Image.fromarray(film.T.astype("uint8")).save(folder / f"film-{number}.png")
    return folder


def waiting_bundle(folder: Path, film: str, *where: object) -> tuple[Path, Path]:
    """Return a copy of the screening bundle that blocks at a film while a named pipe exists, and the pipe."""
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    there = f"__import__('os').path.exists({str(pipe)!r})"
    wait = f"item['film'] == {film!r} and {there} and open({str(pipe)!r}).read()"
    return changed_bundle(folder, wait, *where), pipe


def changed_bundle(folder: Path, act: str, transforms: str = "load_transforms", place: int = 0) -> Path:
    """Return a copy of the screening bundle that evaluates `act` for each ``item``, by default before reading it."""
    bundle = folder / SCREENING_BUNDLE
    shutil.copytree(bundle_folder(SCREENING_BUNDLE), bundle, ignore=shutil.ignore_patterns("docs"))
    path = bundle / "configs" / "inference.json"
    config = json.loads(path.read_text())
    config[transforms].insert(place, f"$lambda item: ({act}, item)[1]")
    path.write_text(json.dumps(config))
    return bundle


def archive(*arguments: object):
    """Run ``chestxr archive`` in this process, with its Ray session."""
    return CliRunner().invoke(app, ["archive", *map(str, arguments)])


def started(*arguments: object) -> subprocess.Popen:
    """Start ``chestxr archive`` as a separate program."""
    command = [sys.executable, "-c", "from chestxr.cli import app; app()", "archive", *map(str, arguments)]
    pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.DEVNULL}
    return subprocess.Popen(command, **pipes, start_new_session=True, preexec_fn=hear_interrupts)


def wait_for(condition: Callable[[], object], seconds: float = 240) -> object:
    """Wait until a condition is true; return its value."""
    for _ in range(int(seconds * 20)):
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("timeout")


def workers_of(parent: int) -> dict[int, str]:
    """Return the descendants of a process, which may be Ray workers: command line by process id."""
    found = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True).stdout.splitlines()[1:]
    below, workers = {parent}, {}
    processes = [line.split(None, 2) for line in found]
    for _ in range(5):
        for number, above, words in processes:
            if int(above) in below and int(number) not in below:
                below.add(int(number))
                workers[int(number)] = words
    return workers


@contextmanager
def held(pipe: Path) -> Iterator[None]:
    """Context manager that waits until a worker reads a named pipe, and blocks it."""
    end = wait_for(lambda: _end_of_writer(pipe))
    try:
        yield
    finally:
        os.close(end)


def _end_of_writer(pipe: Path) -> int | None:
    try:
        return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:  # no reader
        return None


@contextmanager
def meanwhile(act: Callable, *arguments: object) -> Iterator[None]:
    """Context manager that calls a function in another thread during a run."""
    with ThreadPoolExecutor(1) as thread:
        acted = thread.submit(act, *arguments)
        yield
        acted.result()


def at_work(parent: int, task: str) -> set[int]:
    """Return the ids of descendants of a process that execute a Ray task."""
    return {number for number, words in workers_of(parent).items() if task in words}


def assert_complete(out: Path, films: int) -> pd.DataFrame:
    """Check that each film is in the table once, and has a mask; return the table."""
    table = pd.read_parquet(out / "table")
    assert sorted(table["film"]) == sorted(set(table["film"])) and len(table) == films
    for row in table.itertuples():
        assert (out / "films" / str(row.date) / f"{row.film}_lungs.png").is_file()
    assert len(list((out / "films").rglob("*_lungs.png"))) == films
    assert_nothing_half_written(out)
    return table


def assert_nothing_half_written(out: Path) -> None:
    """Check that no partial file is left."""
    assert not list(out.rglob(".part-*"))
