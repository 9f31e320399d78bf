"""The film loader skips unreadable films and continues with the others."""

import pytest
from monai.data import Dataset
from monai.transforms import Compose, LoadImaged

from chestxr.data import FilmLoader, find_films
from chestxr.io import FilmReader


@pytest.mark.parametrize("workers", [0, 2])
def test_unreadable_films_are_skipped(collection, tmp_path, workers, capsys):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"nothing")
    films = find_films([bad, *sorted((collection / "CXR_png").iterdir())[:4]])
    load = Compose([LoadImaged("image", reader=FilmReader(), ensure_channel_first=True)])
    loader = FilmLoader(Dataset(films, load), batch_size=2, num_workers=workers)
    for _ in range(2):
        assert sum(len(batch["film"]) for batch in loader) == 4
        assert [error.path for error in loader.failures] == [str(bad)]
    with pytest.raises(SystemExit) as exit_:
        loader.exit_if_failed()
    assert exit_.value.code == 1
    assert "1 of 5 films could not be read" in capsys.readouterr().err


def test_other_errors_are_not_hidden(collection):
    loader = FilmLoader(Dataset(find_films(collection / "CXR_png"), lambda item: item["no such key"]))
    with pytest.raises(RuntimeError, match="applying transform"):
        list(loader)
