"""``chestxr bundles``: the bundles that come with chestxr."""

import json
from typing import Annotated

import typer

from chestxr.bundle import shipped_bundles

from .options import or_exit, refuse

__all__ = ["bundles"]


def bundles(
    name: Annotated[str | None, typer.Argument(help="Print only this bundle's folder.")] = None,
) -> None:
    """
    List the bundles that come with chestxr: name, folder and description.

    Exit status: 0 listed, 2 no bundle has that name.

    Example: BUNDLE=$(chestxr bundles cxr_lung_segmentation_unet)
    """
    shipped = shipped_bundles()
    if name is None:
        for bundle, folder in shipped.items():
            metadata = json.loads((folder / "configs" / "metadata.json").read_text())
            typer.echo(f"{bundle}\n    {folder}\n    {metadata['description']}")
    elif name in shipped:
        typer.echo(str(shipped[name]))
    else:
        or_exit(refuse, f"{name}: found no such bundle; expected one of {', '.join(shipped)}")
