"""Versions of the weights, and foreign files in their folder."""

import pytest

from tools.monailabel.lib.models import SHIPPED, Weights


@pytest.fixture
def weights(tmp_path) -> Weights:
    trained = tmp_path / "model.pt"
    trained.write_bytes(b"weights")
    made = Weights("unet", tmp_path)
    for _ in range(2):
        made.add(trained, {"from": SHIPPED})
    return made


def test_newest_version_is_served_and_others_can_be(weights):
    assert weights.versions() == ["v2", "v1", SHIPPED] and weights.served() == "v2"
    weights.serve("v1")
    assert weights.served() == "v1" and weights.next_version() == "v3"
    with pytest.raises(ValueError, match="no such version"):
        weights.serve("v7")


def test_copy_in_the_folder_is_not_a_version(weights):
    for name in ("v1-copy.pt", "vessel.pt"):
        (weights.folder / name).write_bytes(b"weights")
    assert weights.versions() == ["v2", "v1", SHIPPED]


def test_notes_are_merged(weights):
    weights.note("v1", {"validation_dice": {"before": 0.9, "after": 0.8}})
    assert weights.about("v1")["from"] == SHIPPED and weights.about("v1")["validation_dice"]["after"] == 0.8
    (weights.folder / "v3.pt").write_bytes(b"put here by hand")
    assert weights.about("v3") == {}
