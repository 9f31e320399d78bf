"""Tables of broken files count the fuzzing results."""

import json

import pytest

from tests.tools.repository import REPOSITORY
from tools.experiments import fuzzing_tables as tables


@pytest.fixture
def found() -> dict:
    folder = REPOSITORY / "tools" / "fuzzing"
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in tables.FOUND}


def test_findings_are_counted(found):
    found["results"]["findings"] = {"crashed": 1, "too slow": 2}
    found["guided"]["files"] += 4
    rows = tables.broken_files(*found.values()).splitlines()
    assert rows[2].endswith("| 3 |") and rows[4].endswith("| 4 |")


def test_masks_are_those_of_the_films_read(found):
    for suffix in ("", "_unseen"):
        fuzzed, outlined = found[f"results{suffix}"], found[f"outlines{suffix}"]
        assert fuzzed["files"] == outlined["broken_films"] == sum(fuzzed["outcomes"].values())
        assert fuzzed["command"].split("--seed")[1] == outlined["command"].split("--seed")[1]
        assert outlined["films"] == sum(outlined["masks"].values())
    assert found["results"]["command"] != found["results_unseen"]["command"]
