"""Candidates are timed in turn, on whole chunks of films."""

import pytest

from tools.benchmarks.interleaved import ms_per_film


def test_candidates_take_turns_on_whole_chunks():
    calls = []
    candidates = {name: lambda films, name=name: calls.append((name, list(films))) for name in "ab"}
    taken = ms_per_film(candidates, range(5), chunk=2)
    warm_up = [("a", [0, 1]), ("b", [0, 1])]
    assert calls == [*warm_up, ("a", [0, 1]), ("b", [0, 1]), ("a", [2, 3]), ("b", [2, 3])]
    assert {name: len(values) for name, values in taken.items()} == {"a": 2, "b": 2}


def test_fewer_films_than_a_chunk_are_refused():
    with pytest.raises(ValueError, match="1 films; expected 2 or more"):
        ms_per_film({"a": len}, range(1), chunk=2)
