"""Unexpected errors are reported by source line, without their messages."""

import pytest
import torch

from chestxr.bundle.unforeseen import unforeseen


def _raised(cause: Exception) -> Exception:
    """Raise an error as MONAI wraps it in one of its own."""
    try:
        try:
            raise cause
        except Exception as error:
            raise RuntimeError("applying transform Geheim") from error
    except RuntimeError as error:
        return error


def test_unexpected_error_names_the_source_line():
    failure = unforeseen(_raised(KeyError("Geheim")), "film.png")
    line = _raised.__code__.co_firstlineno + 4
    assert str(failure) == (
        f"film.png: found an unexpected error (test_unforeseen.py, line {line}) during screening; "
        "expected a film that can be screened; please report it"
    )
    assert not failure.lasting


def test_error_without_traceback_names_no_line():
    assert unforeseen(TypeError("Geheim"), "film.png").found == "an unexpected error during screening"


@pytest.mark.parametrize("cause", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory")])
def test_out_of_memory_is_reported_as_such(cause):
    failure = unforeseen(_raised(cause), "film.png")
    assert "more memory than there is; expected a smaller film; screen it where" in str(failure)
    assert not failure.lasting
