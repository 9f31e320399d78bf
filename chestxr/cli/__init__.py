"""The command line: ``chestxr --help``."""

from typing import Annotated

import typer

from chestxr.utils.runtime import hide_engine_messages

from . import archive, bundles, data, pacs, radiomics, screen, serve, tuberculosis
from .options import Commands

__all__ = ["app"]

app = typer.Typer(
    cls=Commands,
    rich_markup_mode="markdown",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"chestxr {version('chestxr')}")
        raise typer.Exit


@app.callback()
def chestxr(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Chest radiographs in MONAI: lung segmentation, radiomics and tuberculosis screening. Research use only."""
    hide_engine_messages()


app.command("screen")(screen.screen)
app.command("serve")(serve.serve)
app.command("bundles")(bundles.bundles)
app.command("archive")(archive.archive)
app.command("features")(radiomics.features)
app.command("stability")(radiomics.stability)
app.add_typer(data.app, name="data")
app.add_typer(tuberculosis.app, name="tb")
app.add_typer(pacs.app, name="pacs")
