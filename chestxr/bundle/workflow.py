"""MONAI workflow that imports no code from the bundle's folder."""

import logging
from pathlib import Path
from typing import Any

from monai.bundle import ConfigWorkflow

__all__ = ["BundleWorkflow"]


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
        logger = logging.getLogger(ConfigWorkflow.__module__)
        logger.addFilter(_is_not_about_logging_file)
        try:
            super().__init__(config, workflow_type="inference", logging_file=False, bundle_root=str(folder), **override)
        finally:
            logger.removeFilter(_is_not_about_logging_file)

    def run(self) -> Any:
        """Run the configuration's ``run`` entry."""
        return self._run_expr(id=self.run_id)


def _is_not_about_logging_file(record: logging.LogRecord) -> bool:
    """Return False for MONAI's warning that no logging configuration is applied."""
    return "Logging file is set to False" not in record.getMessage()
