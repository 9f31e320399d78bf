"""MONAI workflow that imports no code from the bundle's folder."""

import logging
from pathlib import Path
from typing import Any

from monai.bundle import ConfigWorkflow

__all__ = ["BundleWorkflow"]

_LOGGER = logging.getLogger("monai.bundle.workflows")


class BundleWorkflow(ConfigWorkflow):
    """
    A MONAI workflow that neither imports modules from the bundle's folder nor applies its logging configuration.

    :py:class:`monai.bundle.ConfigWorkflow` puts the folder before the installed packages on every run, so that a file
    there could replace an installed module.

    Parameters
    ----------
    folder : pathlib.Path
        The bundle.
    **override
        Overrides of the entries of its inference.json.
    """

    def __init__(self, folder: Path, **override: Any) -> None:
        config = str(folder / "configs" / "inference.json")
        # MONAI warns on every run that it was asked to apply no logging configuration.
        _LOGGER.addFilter(_is_unexpected)
        try:
            super().__init__(config, workflow_type="inference", logging_file=False, bundle_root=str(folder), **override)
        finally:
            _LOGGER.removeFilter(_is_unexpected)

    def run(self) -> Any:
        """Run the configuration's ``run`` entry."""
        return self._run_expr(id=self.run_id)


def _is_unexpected(record: logging.LogRecord) -> bool:
    return record.getMessage() != "Logging file is set to False, skipping logging."
