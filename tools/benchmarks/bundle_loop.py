"""Run a bundle's inference.json repeatedly without reloading it."""

from collections.abc import Sequence
from pathlib import Path

from monai.bundle import ConfigParser

__all__ = ["BundleLoop"]


class BundleLoop:
    """
    An inference.json whose evaluator is built once and run on successive lists of films.

    Parameters
    ----------
    config : pathlib.Path
        The configuration file.
    **overrides
        Entries of the configuration to override.

    Attributes
    ----------
    parser : monai.bundle.ConfigParser
        The parsed configuration, to access its parts.
    """

    def __init__(self, config: Path, **overrides: object) -> None:
        self.parser = ConfigParser()
        self.parser.read_config(str(config))
        self.parser.update({"data": []} | overrides)
        self.dataset, self.evaluator = (self.parser.get_parsed_content(name) for name in ("dataset", "evaluator"))

    def __call__(self, films: Sequence[dict]) -> None:
        """Run the evaluator on films."""
        self.dataset.data = [dict(film) for film in films]
        # Ignite keeps the number of batches of the previous run.
        self.evaluator.state.epoch_length = None
        self.evaluator.run()
