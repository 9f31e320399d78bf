"""The training table of the view classifier."""

import pytest

from chestxr.data import ViewFilms


def _table(tmp_path, *rows):
    table = tmp_path / "films.csv"
    table.write_text("\n".join(["image,kind", *rows]))
    return ViewFilms(table)


def test_paths_are_relative_to_the_table(tmp_path):
    films = _table(tmp_path, "a.png,frontal", "/elsewhere/b.png,lateral")
    assert list(films) == [
        {"image": str(tmp_path / "a.png"), "kind": "frontal"},
        {"image": "/elsewhere/b.png", "kind": "lateral"},
    ]


def test_weights_draw_kinds_with_the_given_frequency(tmp_path):
    films = _table(tmp_path, *[f"{n}.png,frontal" for n in range(3)], "b.png,lateral", "c.png,no chest")
    assert films.weights({"frontal": 0.6, "lateral": 0.3, "no chest": 0.1}) == pytest.approx([0.2, 0.2, 0.2, 0.3, 0.1])


def test_unknown_kind_is_named_with_its_line(tmp_path):
    with pytest.raises(ValueError, match=r"films\.csv.*'side'.*frontal, lateral, no chest"):
        len(_table(tmp_path, "a.png,side"))


def test_empty_table_raises(tmp_path):
    with pytest.raises(ValueError, match="no films"):
        len(_table(tmp_path))
