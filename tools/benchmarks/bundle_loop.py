"""A bundle's inference.json, run as it is declared."""

from collections.abc import Sequence
from pathlib import Path

from monai.bundle import ConfigParser

__all__ = ["BundleLoop"]


class BundleLoop:
    """
    An inference.json whose evaluator is made once and run on films after films.

    Parameters
    ----------
    config : pathlib.Path
        The file.
    **overrides
        Entries of it that differ.

    Attributes
    ----------
    parser : monai.bundle.ConfigParser
        What was declared, to look at its parts.
    """

    def __init__(self, config: Path, **overrides: object) -> None:
        self.parser = ConfigParser()
        self.parser.read_config(str(config))
        self.parser.update({"data": []} | overrides)
        self.dataset, self.evaluator = (self.parser.get_parsed_content(name) for name in ("dataset", "evaluator"))

    def __call__(self, films: Sequence[dict]) -> None:
        """Run it on films."""
        self.dataset.data = [dict(film) for film in films]
        # Ignite keeps the number of batches of the last run.
        self.evaluator.state.epoch_length = None
        self.evaluator.run()
