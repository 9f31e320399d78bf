"""What the commands share."""

from typing import Annotated

import typer
from rich.console import Console
from typer.core import TyperGroup

__all__ = ["Commands", "TrustBundle", "console", "or_exit", "progress_console", "refuse"]

console = Console()
progress_console = Console(stderr=True)

TrustBundle = Annotated[
    bool, typer.Option("--trust-bundle", help="Run a bundle that is not chestxr's: its JSON is a program.")
]


class Commands(TyperGroup):
    """Commands which say in one line, with status 2, that a Python package is missing."""

    def invoke(self, ctx):
        """Run a command: packages are imported once it needs them."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            from chestxr.utils.errors import missing_package

            missing = missing_package(error)
            if missing is None:
                raise
            typer.echo(missing, err=True)
            raise typer.Exit(2) from error


def or_exit(function, *args, **kwargs):
    """Call a function; a mistake of the user's ends the program with one line and status 2."""
    try:
        return function(*args, **kwargs)
    except (OSError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


def refuse(message):
    """Raise what `or_exit` tells the user."""
    raise ValueError(message)
