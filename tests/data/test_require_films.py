"""A run ends at once if there are too few films for its processes."""

import pytest

from chestxr.data import require_films


@pytest.mark.parametrize(
    ("films", "processes", "line"),
    [
        (0, 1, "found 0 validation films with a mask; expected 1 or more; give a split"),
        (0, 2, "found 0 validation films with a mask; expected at least 2, one for each process; give"),
        (1, 2, "found 1 validation film with a mask; expected at least 2, one for each process; give"),
    ],
)
def test_too_few_films_exit_with_one_line(films, processes, line):
    with pytest.raises(SystemExit) as ended:
        require_films(range(films), "validation", processes)
    assert str(ended.value).startswith(line) and "\n" not in str(ended.value)


@pytest.mark.parametrize(("films", "processes"), [(1, 1), (2, 2), (9, 2)])
def test_enough_films(films, processes):
    require_films(range(films), "training", processes)
