"""Films that cannot be used are refused before they are measured, which takes seconds for each."""

import pytest
from torch.utils.tensorboard import SummaryWriter

from chestxr.tuberculosis.tester import TuberculosisTester
from chestxr.tuberculosis.trainer import ScreeningFilms, TuberculosisTrainer


@pytest.fixture
def films(tmp_path, monkeypatch):
    """Return a function that makes films of one site with the given labels; measuring them fails the test."""
    monkeypatch.setattr("chestxr.tuberculosis.trainer.measure_films", lambda *_, **__: pytest.fail("films measured"))

    def films(labels: list[int | None]) -> ScreeningFilms:
        items = [
            {"film": f"{number}", "image": f"{number}.png", "site": "A", "patient": f"{number}", "tuberculosis": label}
            for number, label in enumerate(labels)
        ]
        return ScreeningFilms(items, tmp_path, tmp_path / "cache", dict, tmp_path / "lesions.pt")

    return films


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1] * 4, "site A: 8 films; expected 10 or more"),
        ([0] * 12, "all films are labelled 0"),
        ([0, 1] * 6 + [None], "12: no tuberculosis label"),
    ],
)
def test_films_that_cannot_train_a_classifier(films, tmp_path, labels, message):
    with pytest.raises(ValueError, match=message):
        TuberculosisTrainer(films(labels), tmp_path / "tuberculosis.json", SummaryWriter(str(tmp_path))).run()


def test_a_missing_classifier_is_reported_first(films, tmp_path):
    writer = SummaryWriter(str(tmp_path))
    with pytest.raises(FileNotFoundError, match="no such classifier"):
        TuberculosisTester(films([0, 1]), tmp_path / "tuberculosis.json", tmp_path, writer).run()
