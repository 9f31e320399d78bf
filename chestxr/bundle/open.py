"""Open a bundle once and run it on many films."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from pydoc import ErrorDuringImport
from typing import Any

from ignite.engine import Engine

from chestxr.utils.errors import FilmError, is_system_error, missing_package, root_cause

from .unforeseen import unforeseen
from .weights import check_weights
from .workflow import BundleWorkflow

__all__ = ["OpenBundle"]


class OpenBundle:
    """
    A bundle's inference.json with its networks loaded, ready to run on films.

    Parameters
    ----------
    folder : pathlib.Path
        The bundle.
    attach : sequence of callable, optional
        Called with this object whenever the bundle is opened, to add handlers to its engine after those of its JSON.
    **overrides
        Overrides of its JSON's entries.

    Raises
    ------
    ValueError
        If the bundle, its weights or a required package cannot be loaded; the message is the root cause.
    """

    def __init__(
        self, folder: Path, *, attach: Sequence[Callable[["OpenBundle"], None]] = (), **overrides: Any
    ) -> None:
        self._folder, self._attach, self._overrides = folder, attach, overrides
        self._open()

    def _open(self) -> None:
        given = {"data": [], "progress": False, "run": ["$@evaluator.run()"]}
        self._workflow = BundleWorkflow(self._folder, **given | self._overrides)
        try:
            self._workflow.initialize()
            self._dataset, self._loader, self._evaluator = (
                self.entry(name) for name in ("dataset", "dataloader", "evaluator")
            )
            # Errors are raised or returned; the engine's default logger would print them as well.
            self._evaluator.logger = logging.Logger("chestxr.bundle", logging.CRITICAL)
            check_weights(self.entry("checkpoint"))
        except (RuntimeError, ErrorDuringImport) as error:
            raise ValueError(missing_package(error) or str(root_cause(error))) from error
        for attach in self._attach:
            attach(self)

    def entry(self, name: str) -> Any:
        """Return an entry of the bundle's JSON, evaluated."""
        return self._workflow.parser.get_parsed_content(name)

    @property
    def evaluator(self) -> Engine:
        """The bundle's engine, for access to its state and outputs."""
        return self._evaluator

    def run(self, items: Sequence[dict]) -> list[FilmError]:
        """
        Run the bundle on films.

        Parameters
        ----------
        items : sequence of dict
            Items as returned by :py:func:`chestxr.data.find_films`.

        Returns
        -------
        list of FilmError
            One error per film that could not be read.

        Raises
        ------
        RuntimeError
            If films were skipped without an error.
        """
        self._dataset.data = list(items)
        # Ignite keeps the number of batches of the last run, and MONAI runs nothing if that was zero.
        self._evaluator.state.epoch_length = None
        self._workflow.run()
        if self._loader.read + len(self._loader.failures) != len(items):
            raise RuntimeError(f"{self._loader.read} films of {len(items)} were screened; expected all")
        return list(self._loader.failures)

    def run_film(self, item: dict) -> FilmError | None:
        """
        Run the bundle on one film; return the error, or None on success.

        Raises
        ------
        OSError
            If results cannot be written, which would fail for the next film too.
        """
        try:
            failures = self.run([item])
        except Exception as error:
            cause = root_cause(error)
            if is_system_error(cause):
                raise cause from None
            # An engine that stopped in the middle of a film cannot be reused.
            self._open()
            failure = cause if isinstance(cause, FilmError) else unforeseen(cause, item["image"])
            failure.film = item["film"]
            return failure
        return failures[0] if failures else None
