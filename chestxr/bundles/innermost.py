"""What is wrong, behind the errors that MONAI wraps around it."""

from pydoc import ErrorDuringImport

__all__ = ["innermost", "missing_package"]


def innermost(error: BaseException) -> BaseException:
    """Return the error that MONAI's own were raised from, the first that says what is wrong."""
    while not isinstance(error, (OSError, ValueError)):
        # MONAI imports what a configuration names by pydoc, whose error has no __cause__.
        cause = error.value if isinstance(error, ErrorDuringImport) else error.__cause__
        if cause is None:
            break
        error = cause
    return error


def missing_package(error: BaseException) -> str | None:
    """Say which Python package is missing and how to install it; None if an error has another reason."""
    cause = innermost(error)
    if not isinstance(cause, ModuleNotFoundError):
        return None
    package = (cause.name or str(cause)).partition(".")[0]
    return (
        f"{package}: this Python package is missing; expected all that chestxr requires; install chestxr again, in its "
        "clone by pip install -c constraints.txt . or by pip install with its wheel"
    )
