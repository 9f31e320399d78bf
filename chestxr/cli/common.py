"""What the commands share."""

from typing import Annotated

import typer
from rich.console import Console

__all__ = ["TrustBundle", "console", "or_exit", "progress_console", "refuse"]

console = Console()
progress_console = Console(stderr=True)

TrustBundle = Annotated[
    bool, typer.Option("--trust-bundle", help="Run a bundle that is not chestxr's: its JSON is a program.")
]


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
