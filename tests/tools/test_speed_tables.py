"""Tables of speed show the benchmarks' results."""

import json

import pytest

from tests.tools.repository import REPOSITORY
from tools.experiments import speed_tables as tables


@pytest.fixture
def measured() -> dict:
    folder = REPOSITORY / "tools" / "benchmarks"
    sources = {source for source, _ in tables.TABLES.values()}
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in sources}


def test_a_peer_that_was_not_timed_has_no_row(measured):
    segmentation, (_, table) = measured["segmentation"], tables.TABLES["segmentation"]
    segmentation["ms_per_film"]["label"] = {"median": 1234, "q25": 1200, "q75": 1300}
    assert "| 1234 (1200 to 1300) |" in table(segmentation)
    del segmentation["ms_per_film"]["label"]
    assert "MONAI Label" not in table(segmentation)


def test_costs_are_computed_from_the_times(measured):
    for found in measured["stages"]["kinds"].values():
        whole = found["ms_per_film"]["bundle"]["median"]
        assert found["films_per_second_per_core"] == pytest.approx(1000 / whole, abs=0.01)
        assert found["core_hours_per_million_films"] == pytest.approx(whole / 3.6, abs=1)
        cost = whole / 3.6 * measured["stages"]["usd_per_core_hour"]
        assert found["usd_per_million_films"] == pytest.approx(cost, abs=0.01)
        stages = sum(times["median"] for times in found["stages_ms_per_film"].values())
        assert stages == pytest.approx(whole, rel=0.2)
