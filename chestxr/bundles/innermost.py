"""What is wrong, behind the errors that MONAI wraps around it."""

__all__ = ["innermost"]


def innermost(error: BaseException) -> BaseException:
    """Return the error that MONAI's own were raised from, the first that says what is wrong."""
    while error.__cause__ is not None and not isinstance(error, (OSError, ValueError)):
        error = error.__cause__
    return error
