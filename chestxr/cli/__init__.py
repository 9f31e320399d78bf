"""The command line: ``chestxr --help``."""

import typer

from . import data, pacs, radiomics, screen, tuberculosis

__all__ = ["app"]

app = typer.Typer(
    help="Chest radiographs in MONAI: lung outlines, radiomics and tuberculosis screening. Research use only.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("screen")(screen.screen)
app.command("features")(radiomics.features)
app.command("stability")(radiomics.stability)
app.add_typer(data.app, name="data")
app.add_typer(tuberculosis.app, name="tb")
app.add_typer(pacs.app, name="pacs")
