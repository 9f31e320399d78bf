"""A film over which the program failed is told without the error's own words."""

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


def test_it_is_the_place_in_the_program():
    failure = unforeseen(_raised(KeyError("Geheim")), "film.png")
    line = _raised.__code__.co_firstlineno + 4
    assert str(failure) == (
        f"film.png: found a fault of the program (test_unforeseen.py, line {line}) while it was screened; "
        "expected a film that can be screened; please report it"
    )
    assert not failure.lasting


def test_an_error_that_was_never_raised_has_no_place():
    assert unforeseen(TypeError("Geheim"), "film.png").found == "a fault of the program while it was screened"


@pytest.mark.parametrize("cause", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory")])
def test_a_lack_of_memory_is_no_fault(cause):
    failure = unforeseen(_raised(cause), "film.png")
    assert "more memory than there is; expected a smaller film; screen it where" in str(failure)
    assert not failure.lasting
