"""A bundle's configuration, run without taking code from the bundle's folder."""

from pathlib import Path
from typing import Any

from monai.bundle import ConfigWorkflow

__all__ = ["BundleWorkflow"]


class BundleWorkflow(ConfigWorkflow):
    """
    MONAI's workflow, which neither looks for modules in the bundle's folder nor sets logs up as a file there says.

    :py:class:`monai.bundle.ConfigWorkflow` puts the folder before the installed packages each time it runs: a file
    there is executed whenever a module of its name is imported next.

    Parameters
    ----------
    folder : pathlib.Path
        The bundle.
    **override
        Entries of its inference.json that differ.
    """

    def __init__(self, folder: Path, **override: Any) -> None:
        config = str(folder / "configs" / "inference.json")
        super().__init__(config, workflow_type="inference", logging_file=False, bundle_root=str(folder), **override)

    def run(self) -> Any:
        """Run what the configuration names as ``run``."""
        return self._run_expr(id=self.run_id)
