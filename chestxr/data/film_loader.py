"""Data loader that skips unreadable films and keeps their errors."""

import sys
from collections.abc import Iterator
from typing import Any

from monai.data import DataLoader, Dataset
from monai.data.utils import list_data_collate
from torch.utils.data import Sampler
from tqdm import tqdm

from chestxr.utils.errors import FilmError, film_error_behind

__all__ = ["FilmLoader"]


class FilmLoader:
    """
    Iterate over films in batches, with a progress bar, skipping films that cannot be read.

    A plain :py:class:`monai.data.DataLoader` stops at the first bad file. This loader drops the film from its batch and
    keeps the error in ``failures``. The number of batches is not known in advance, so a MONAI engine runs until all
    films are read.

    Parameters
    ----------
    dataset : monai.data.Dataset
        Films, items with ``film``, whose transforms raise :py:class:`chestxr.io.FilmError` for a bad file.
    batch_size : int, optional
        Films per batch.
    num_workers : int, optional
        Worker processes; 0 reads films in the main process.
    description : str, optional
        Label of the progress bar.
    sampler : torch.utils.data.Sampler, optional
        Which films to read, for example this process's share in a distributed run; all films by default.
    progress : bool, optional
        Show the progress bar.

    Attributes
    ----------
    failures : list of FilmError
        Errors of the films skipped in the latest pass.
    read : int
        Number of films read in the latest pass.
    """

    def __init__(
        self,
        dataset: Dataset,
        batch_size: int = 1,
        num_workers: int = 0,
        description: str = "films",
        sampler: Sampler | None = None,
        progress: bool = True,
    ) -> None:
        self.failures: list[FilmError] = []
        self.read = 0
        self.description = description
        self.progress = progress
        self._counted: Any = dataset if sampler is None else sampler
        self._batches = DataLoader(
            _ErrorsAsItems(dataset),
            batch_size=batch_size,
            num_workers=num_workers,
            collate_fn=_collate,
            sampler=sampler,
        )

    def __iter__(self) -> Iterator[dict]:
        """Yield batches of the films that can be read."""
        self.failures.clear()
        self.read = 0
        with tqdm(total=len(self._counted), desc=self.description, unit="film", disable=not self.progress) as progress:
            for batch, failures, count in self._batches:
                self.failures.extend(failures)
                if batch is not None:
                    self.read += count - len(failures)
                    yield batch
                progress.update(count)

    def exit_if_failed(self) -> None:
        """
        Print the films skipped in the latest pass and exit with status 1; return if there are none.

        Raises
        ------
        SystemExit
            If at least one film could not be read.
        """
        if self.failures:
            lines = [
                f"{len(self.failures)} of {len(self._counted)} films could not be read:",
                *map(str, self.failures),
            ]
            print("\n  ".join(lines), file=sys.stderr)
            raise SystemExit(1)


class _ErrorsAsItems:
    """Dataset that returns a film's error as its item, so that worker processes can pass it on."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> dict | FilmError:
        try:
            return self.dataset[index]
        except Exception as error:
            film_error = film_error_behind(error)
            if film_error is None:
                raise
            film_error.film = self.dataset.data[index]["film"]
            return film_error


def _collate(items: list) -> tuple[dict | None, list[FilmError], int]:
    """Separate the films of a batch from the errors."""
    films = [item for item in items if not isinstance(item, FilmError)]
    failures = [item for item in items if isinstance(item, FilmError)]
    return (list_data_collate(films) if films else None), failures, len(items)
