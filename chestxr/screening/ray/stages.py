"""Stages of the Ray pipeline: preprocessing, network and postprocessing of the screening bundle."""

import os
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from ignite.engine import Engine, Events

from chestxr.bundle.entry import bundle_entry
from chestxr.bundle.open import OpenBundle
from chestxr.handlers.screening_row import models_about, screening_row
from chestxr.screening.results.record import remove_results
from chestxr.utils.errors import is_system_error, missing_package, root_cause
from chestxr.utils.runtime import set_up_worker

from .remote_file import film_file
from .task import ImageTask, pack, unpack
from .upload import NotStoredError, open_archive, store_results

__all__ = ["SegmentFilms", "StageSettings", "finish_films", "read_films"]

# The film at its original size bypasses the network: a batch needs one size.
_OWN_SIZE = "film_image"


@dataclass(frozen=True)
class StageSettings:
    """
    Settings of the workers.

    Attributes
    ----------
    bundle : str
        Folder of the screening bundle.
    overrides : tuple of (str, object)
        Entries of the bundle's inference.json that differ.
    out : str
        Folder of the results of films.
    store : str
        URL of the DICOMweb service that stores segmentations and reports; "" to keep them as files.
    """

    bundle: str
    overrides: tuple[tuple[str, Any], ...]
    out: str
    store: str = ""


@cache
def _part(settings: StageSettings, name: str) -> Any:
    """Return an entry of the bundle, instantiated once per process."""
    _set_up_process()
    overrides = dict(settings.overrides) | {"output_dir": settings.out, "device": "$torch.device('cpu')"}
    return bundle_entry(Path(settings.bundle), name, **overrides)


@cache
def _set_up_process() -> None:
    set_up_worker()
    # With "spawn", MONAI inverts transforms of another process by class instead of by object id.
    torch.multiprocessing.set_start_method("spawn", force=True)


@cache
def _about(settings: StageSettings) -> dict[str, str]:
    return models_about(_part(settings, "models"))


def read_films(entry: dict, settings: StageSettings) -> dict:
    """Read films and apply the bundle's ``preprocessing``."""
    tasks = unpack(entry["tasks"])
    try:
        prepare = _part(settings, "preprocessing")
    except Exception as error:
        for task in tasks:
            task.stop = _cannot_be_opened(settings, error)
    else:
        for task in tasks:
            _read(task, prepare)
    return _handed_on(tasks)


def _handed_on(tasks: Sequence[ImageTask]) -> dict:
    """Pack films for the next stage, and record the peak memory of this worker."""
    usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    for task in tasks:
        task.memory[f"{os.uname().nodename}:{os.getpid()}"] = usage
    return {"tasks": pack(tasks)}


def _cannot_be_opened(settings: StageSettings, error: Exception) -> str:
    """Return the message for a bundle that cannot be opened on this machine, which is not a failure of a film."""
    if isinstance(error, (OSError, ValueError)):
        return str(error)
    return missing_package(error) or (
        f"{settings.bundle}: found a bundle that cannot be opened on {os.uname().nodename} ({error}); expected one "
        "that opens; install the same version of chestxr on all machines"
    )


def _read(task: ImageTask, prepare: Callable[[dict], dict]) -> None:
    started = time.perf_counter()
    try:
        with film_file(task.image) as path:
            task.item = prepare({"film": task.film, "image": path})
        for key in ("image", _OWN_SIZE):
            task.item[key].meta["filename_or_obj"] = task.image
        task.date = task.item["image"].meta["study_date"] or "unknown"
    except Exception as error:
        # System errors concern the temporary folder; those of the film's file are a FilmError.
        if is_system_error(error):
            task.stop = str(error)
        else:
            task.fail(error)
    task.seconds["read"] = time.perf_counter() - started


class SegmentFilms:
    """
    Segment films: run the bundle's engine on batches, without ``preprocessing`` and ``postprocessing``.

    Parameters
    ----------
    settings : StageSettings
        Settings of the workers.
    batch_size : int
        Films per batch of the network.
    """

    def __init__(self, settings: StageSettings, batch_size: int) -> None:
        self._settings, self._batch_size = settings, batch_size
        self._outlined: list[dict] = []
        self._stop = ""
        _set_up_process()
        self._open()

    def _open(self) -> None:
        """Open the bundle, or store the error message: an exception would only end the process."""
        try:
            self._bundle = self._opened()
        except Exception as error:
            self._stop = _cannot_be_opened(self._settings, error)

    def _opened(self) -> OpenBundle:
        # Result handlers need the output of postprocessing, which runs in the next stage.
        between: dict[str, Any] = {"preprocessing": None, "postprocessing": None, "result_handlers": []}
        overrides = dict(self._settings.overrides) | between | {"dataloader#batch_size": self._batch_size}
        return OpenBundle(Path(self._settings.bundle), attach=[self._keep_films], **overrides)

    def _keep_films(self, bundle: OpenBundle) -> None:
        bundle.evaluator.add_event_handler(Events.ITERATION_COMPLETED, self._keep)

    def _keep(self, evaluator: Engine) -> None:
        for source, outlined in zip(evaluator.state.batch, evaluator.state.output, strict=True):
            self._outlined.append(source | outlined)

    def __call__(self, entry: dict) -> dict:
        """Segment the lungs of films."""
        tasks = unpack(entry["tasks"])
        waiting = [task for task in tasks if not task.ended]
        started = time.perf_counter()
        self._outline(waiting)
        for task in waiting:
            task.stop = self._stop
            task.seconds["outline"] = (time.perf_counter() - started) / len(waiting)
        return _handed_on(tasks)

    def _outline(self, tasks: list[ImageTask]) -> None:
        self._outlined.clear()
        if not tasks or self._stop:
            return
        try:
            self._bundle.run([{key: task.item[key] for key in task.item if key != _OWN_SIZE} for task in tasks])
            for task, item in zip(tasks, self._outlined, strict=True):
                task.item |= {key: _on_cpu(value) for key, value in item.items()}
        except Exception as error:
            # An engine cannot continue after an exception.
            self._open()
            # One by one, only the film that caused the error fails.
            if len(tasks) > 1:
                for task in tasks:
                    self._outline([task])
            else:
                tasks[0].fail(error)
        finally:
            self._outlined.clear()


def _on_cpu(value: Any) -> Any:
    return value.cpu() if isinstance(value, torch.Tensor) else value


def finish_films(entry: dict, settings: StageSettings) -> dict:
    """Apply the bundle's ``postprocessing``: measure and score films, and write their results."""
    tasks = unpack(entry["tasks"])
    for task in tasks:
        if not task.ended:
            started = time.perf_counter()
            _finish(task, settings)
            task.seconds["finish"] = time.perf_counter() - started
        task.item = {}
    return _handed_on(tasks)


def _finish(task: ImageTask, settings: StageSettings) -> None:
    """Finish a film, or record why it failed, or why all films would fail."""
    try:
        finish = _part(settings, "postprocessing")
        if settings.store:
            open_archive(settings.store)
    except Exception as error:
        task.stop = _cannot_be_opened(settings, error)
        return
    try:
        _write(task, finish, settings)
    except OSError as error:
        task.stop = str(error)


def _write(task: ImageTask, finish: Callable[[dict], dict], settings: StageSettings) -> None:
    """
    Write the results of a film, or record why it has none.

    Raises
    ------
    OSError
        If results cannot be written.
    """
    out, name = Path(settings.out), f"{task.date}/{task.film}"
    remove_results(out, name)
    try:
        found = finish(task.item | {"film": name})
        row = screening_row(task.item, found) | _about(settings)
        task.stored = store_results(out / name, settings.store)
        task.row = row
    except NotStoredError as error:
        task.fail(error, fault="store")
    except Exception as error:
        cause = root_cause(error)
        if is_system_error(cause):
            raise cause from None
        task.fail(error)
    if task.failure:
        remove_results(out, name)
