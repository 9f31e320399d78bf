"""No altered copy of a film (contrast, noise, size, inverted, mirrored) crosses a split."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage.transform import resize

from chestxr.data import open_collection, shipped_splits
from chestxr.data.splits import film_names
from chestxr.io import read_film
from tools.experiments.augmentations import ContrastV1, ContrastV2, UniformNoise

pytestmark = pytest.mark.slow

SIDE, MARGIN = 128, 21
# Between 0.56, the most similar films of different patients, and 0.63, the least similar copy below.
COPY = 0.6


def fingerprint(film: np.ndarray) -> np.ndarray:
    """Return a film's fine structure in its middle (ribs, vessels), (86, 86), free of brightness and contrast."""
    small = resize(film, (SIDE, SIDE), anti_aliasing=True)
    fine = gaussian_filter(small, 1) - gaussian_filter(small, 2)
    strength = np.sqrt(gaussian_filter(fine**2, 4)) + 1e-3 * np.abs(fine).max()
    middle = (fine / strength)[MARGIN:-MARGIN, MARGIN:-MARGIN]
    return (middle - middle.mean()) / np.linalg.norm(middle - middle.mean())


def copies_of(film: np.ndarray) -> dict[str, np.ndarray]:
    """Return altered copies of a film (W, H) of 0 to 255 that a collection might contain."""
    white = film[None] / 255
    return {
        "contrast v1": ContrastV1()(white)[0],
        "contrast v2": ContrastV2()(white)[0],
        "noise": UniformNoise()(white)[0],
        "gamma": white[0] ** 2,
        "half size": resize(film, (film.shape[0] // 2, film.shape[1] // 2), anti_aliasing=True),
        "cropped": film[5:-5, 5:-5],
        "inverted": 255 - film,
        "mirrored": film[::-1],
    }


@pytest.fixture(scope="module")
def real(real_films):
    films = open_collection(real_films).films
    pixels = [read_film(film.image)[0] for film in films]
    return films, pixels, np.stack([fingerprint(film) for film in pixels])


@pytest.mark.films
def test_copies_are_detected(real):
    _, pixels, prints = real
    for film, own in list(zip(pixels, prints, strict=True))[::40]:
        for kind, copy in copies_of(film).items():
            other = fingerprint(np.asarray(copy))
            assert max(abs((own * other).sum()), abs((own * other[::-1]).sum())) > COPY, kind


@pytest.mark.films
def test_no_derived_copy_of_a_film_crosses_a_split(real):
    films, _, prints = real
    flat, mirrored = prints.reshape(len(films), -1), prints[:, ::-1].reshape(len(films), -1)
    likeness = np.maximum(abs(flat @ flat.T), abs(flat @ mirrored.T))
    np.fill_diagonal(likeness, 0)
    alike = {frozenset((films[i].name, films[j].name)) for i, j in np.argwhere(likeness > COPY)}
    for name in shipped_splits():
        where = {film: section for section, names in film_names(name).items() for film in names}
        crossing = [pair for pair in alike if len({where.get(film) for film in pair}) > 1]
        assert not crossing, (name, crossing)
