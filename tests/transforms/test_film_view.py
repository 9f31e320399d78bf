"""Rotated, lateral and non-chest films are flagged with the reason."""

import numpy as np
import pytest
import torch

from chestxr.transforms import ClassifyViewd
from chestxr.transforms.film_view import LATERAL, NO_CHEST, TURNS, in_orientation


class _Answer(torch.nn.Module):
    """Return the logits of the checkpoint for every film."""

    def __init__(self):
        super().__init__()
        self.logits = torch.nn.Parameter(torch.zeros(10))

    def forward(self, film):
        return self.logits.expand(len(film), -1)


def _checked(tmp_path, probability, least_frontal=0.5):
    values = torch.full((10,), 1e-6)
    for index, value in probability.items():
        values[index] = value
    torch.save({"logits": values.log()}, tmp_path / "view.pt")
    check = ClassifyViewd("view", _Answer(), tmp_path / "view.pt", least_frontal)
    item = {"view": torch.rand(1, 96, 96), "quality": {"symmetry": 1.0}, "quality_flags": "lungs in pieces"}
    return check(item | {"is_chest": True})


@pytest.mark.parametrize("frontal", [{0: 1.0}, {0: 0.35, 4: 0.25, LATERAL: 0.4}])
def test_frontal_film_passes(tmp_path, frontal):
    found = _checked(tmp_path, frontal)
    assert found["is_chest"] and found["film_view"] == "frontal"
    assert found["quality_flags"] == "lungs in pieces"
    assert found["quality"]["symmetry"] == 1.0


def test_mirror_image_passes_with_a_warning(tmp_path):
    found = _checked(tmp_path, {0: 0.2, 4: 0.7, LATERAL: 0.1})
    assert found["is_chest"] and found["quality"]["mirrored"] == pytest.approx(7 / 9, abs=0.01)
    assert found["quality_flags"].startswith("lungs in pieces; looks like a mirror image")
    assert found["film_view"] == "frontal, perhaps mirrored"


@pytest.mark.parametrize(
    ("index", "reason"),
    [
        (1, "a film turned by 90 degrees clockwise"),
        (2, "a film upside down"),
        (3, "a film turned by 90 degrees anticlockwise"),
        (5, "a film turned by 90 degrees clockwise"),
        (LATERAL, "a lateral film"),
        (NO_CHEST, "not a frontal chest film"),
    ],
)
def test_most_probable_view_replaces_other_flags(tmp_path, index, reason):
    found = _checked(tmp_path, {index: 0.9, 0: 0.1})
    assert not found["is_chest"]
    assert found["quality_flags"].startswith(reason)
    assert found["film_view"] in reason
    assert "lungs" not in found["quality_flags"]
    assert found["quality"]["frontal"] == pytest.approx(0.1, abs=0.01)


def test_least_frontal_is_respected(tmp_path):
    assert not _checked(tmp_path, {0: 0.6, LATERAL: 0.4}, least_frontal=0.7)["is_chest"]


def test_weights_of_another_network_raise(tmp_path):
    torch.save({"other": torch.zeros(3)}, tmp_path / "view.pt")
    with pytest.raises(ValueError, match="weights of another network; expected those of"):
        ClassifyViewd("view", _Answer(), tmp_path / "view.pt")


def test_turns_of_film_and_mirror_image_are_summed(tmp_path):
    found = _checked(tmp_path, {2: 0.3, 6: 0.3, LATERAL: 0.4})
    assert found["quality_flags"].startswith("a film upside down")


def test_orientations_match_their_names():
    rows = np.arange(12).reshape(3, 4)  # as seen: rows from above, columns from the left
    seen = {
        "upright": rows,
        "turned by 90 degrees anticlockwise": np.rot90(rows),
        "turned by 90 degrees clockwise": np.rot90(rows, -1),
        "upside down": np.rot90(rows, 2),
    }
    film = torch.from_numpy(rows.T.copy())[None]
    for name, expected in seen.items():
        turned, mirrored = (in_orientation(film, TURNS.index(name) + mirror)[0].numpy().T for mirror in (0, 4))
        np.testing.assert_array_equal(turned, expected, err_msg=name)
        turns = {"upright": 0, "turned by 90 degrees anticlockwise": 1, "upside down": 2}.get(name, 3)
        np.testing.assert_array_equal(mirrored, np.rot90(rows[:, ::-1], turns), err_msg=name)
