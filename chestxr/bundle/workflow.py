"""MONAI workflow that imports no code from the bundle's folder."""

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
        super().__init__(config, workflow_type="inference", logging_file=False, bundle_root=str(folder), **override)

    def run(self) -> Any:
        """Run the configuration's ``run`` entry."""
        return self._run_expr(id=self.run_id)
