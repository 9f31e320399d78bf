"""The last output line of a failed background task."""

import pytest
from fastapi import HTTPException

from chestxr.utils.errors import FilmError
from tools.monailabel.lib import failures


def _raised(error: Exception, cause: Exception | None = None) -> Exception:
    try:
        raise error from cause
    except type(error) as caught:
        return caught


@pytest.mark.parametrize(
    ("error", "last"),
    [
        (HTTPException(400, "val_split 2: expected a share"), "failed: val_split 2: expected a share"),
        (
            KeyError("1.2.826.0.1.3680043.8"),
            "failed: unexpected error; see the server's log, and report it: '(identifier)'",
        ),
        (RuntimeError("applying transform"), "failed: film.png: found noise; expected a film; export it"),
    ],
)
def test_reason_is_one_line_without_identifiers(capsys, error, last):
    cause = FilmError("film.png", "noise", "a film", "export it") if isinstance(error, RuntimeError) else None
    raised = _raised(error, cause)
    failures._say(type(raised), raised, raised.__traceback__)
    assert capsys.readouterr().err.splitlines()[-1] == last
