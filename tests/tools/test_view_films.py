"""Training films of the view check exclude those that it is evaluated on."""

import pytest

from tools.experiments import view_films

CASES = {"lateral/a.png": "case 1", "lateral/b.png": "case 2", "lateral/c.png": "case 1", "lateral/d.png": "case 3"}


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Folders as in the collections; of Montgomery and Shenzhen only the split."""
    for name in ("others/frontal_nih/n.png", "others/other_body_part/knee.png"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    rows = [f"{file},CC BY,{case}" for file, case in CASES.items()]
    (tmp_path / "others/sources.csv").write_text("\n".join(["file,licence,source", *rows]))
    (tmp_path / "tbx11k").mkdir()
    boxes = ["film,part,kind", "t1.png,training,active", "t1.png,training,latent", "t2.png,test,active"]
    (tmp_path / "tbx11k/boxes.csv").write_text("\n".join(boxes))
    split = {"training": [{"image": "m.png"}], "validation": [{"image": "v.png"}], "test": [{"image": "x.png"}]}
    monkeypatch.setattr(view_films, "load_split", lambda name, folder: split)
    return tmp_path


def _names(data, held_out, kind):
    return [film.name for film, of_kind in view_films.films_of(data, held_out) if of_kind == kind]


def test_no_validation_or_test_film_is_used_for_training(data):
    assert _names(data, None, "frontal") == ["m.png", "t1.png", "n.png"]


@pytest.mark.parametrize("site", view_films.SITES)
def test_held_out_films_are_not_used_for_training(data, site):
    measured = {film.name for film in view_films.frontal_films(site, data, ("training",))}
    assert measured and not measured & set(_names(data, site, "frontal"))
    assert "knee.png" not in _names(data, site, "no chest") and "knee.png" in _names(data, None, "no chest")


def test_lateral_films_of_one_case_share_their_fold_and_each_is_held_out_once(data):
    folds = {film.name: fold for film, fold in view_films.lateral_films(data)}
    assert folds["a.png"] == folds["c.png"] and set(folds.values()) == {0, 1, 2}
    training = [name for site in view_films.SITES for name in _names(data, site, "lateral")]
    assert {name: training.count(name) for name in folds} == dict.fromkeys(folds, len(view_films.SITES) - 1)
