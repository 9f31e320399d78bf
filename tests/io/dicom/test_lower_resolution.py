"""Films in JPEG 2000 are decoded at a lower resolution if asked for, at their size and place, or not at all."""

import imagecodecs
import numpy as np
import pytest
from pydicom import uid
from scipy.ndimage import gaussian_filter

from chestxr.io import read_film
from chestxr.io.codestream import decomposition_levels
from chestxr.io.dicom.lower_resolution import decode_lower_resolution
from chestxr.utils.errors import FilmError
from tests.io.film_files import save_compressed


def _smooth_film(shape: tuple[int, int], bits: int) -> np.ndarray:
    """Return a film without fine detail, whose lower resolutions say as much."""
    noise = gaussian_filter(np.random.default_rng(0).random(shape), 12, mode="nearest")
    scaled = (noise - noise.min()) / np.ptp(noise) * (2**bits - 1)
    return scaled.round().astype(np.uint8 if bits <= 8 else np.uint16)


def _encoded(pixels: np.ndarray, bits: int, **options) -> bytes:
    return imagecodecs.jpeg2k_encode(pixels, codecformat="j2k", reversible=True, bitspersample=bits, **options)


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize("shape", [(512, 384), (513, 385), (514, 399)])
@pytest.mark.parametrize("least_side", [180, 90])
def test_film_keeps_its_size_values_and_place(shape, bits, least_side):
    film = _smooth_film(shape, bits)
    found = decode_lower_resolution(_encoded(film, bits), least_side)
    assert found.shape == film.shape and found.dtype == film.dtype
    inside = (slice(8, -8), slice(8, -8))
    error = np.abs(found.astype(float) - film)[inside].max() / (2**bits - 1)
    # A shift by half a pixel of the lower resolution would be an error of more than this.
    assert error < (0.02 if bits == 8 else 0.01)


@pytest.mark.parametrize("least_side", [385, 4000])
def test_film_that_is_not_large_enough_is_not_reduced(least_side):
    assert decode_lower_resolution(_encoded(_smooth_film((770, 768), 12), 12), least_side) is None


def test_stream_without_lower_resolutions_is_not_reduced():
    stream = _encoded(_smooth_film((512, 384), 12), 12, resolutions=1)
    assert decomposition_levels(stream) == 0
    assert decode_lower_resolution(stream, 50) is None


def test_stream_that_is_cut_off_is_not_reduced(tmp_path):
    """A lower resolution of it may be complete; the error for a broken file must not depend on the resolution."""
    film = _smooth_film((512, 384), 12)
    path = save_compressed(tmp_path / "film.dcm", _encoded(film, 12)[:-500], uid.JPEG2000Lossless, film, bits=12)
    for least_side in (None, 90):
        with pytest.raises(FilmError, match="truncated pixel data"):
            read_film(path, least_side)


def test_dicom_film_is_read_at_a_lower_resolution_only_if_asked_for(tmp_path):
    film = np.random.default_rng(0).integers(0, 4096, (512, 384)).astype(np.uint16)
    path = save_compressed(tmp_path / "film.dcm", _encoded(film, 12), uid.JPEG2000Lossless, film, bits=12)
    (whole, meta), (reduced, meta_of_reduced) = read_film(path), read_film(path, least_side=150)
    assert np.array_equal(whole, film.T)
    assert reduced.shape == whole.shape and reduced.std() < 0.6 * whole.std()
    assert meta["film_sha256"] == meta_of_reduced["film_sha256"]


@pytest.mark.parametrize("kind", ["signed", "colour"])
def test_other_films_are_decoded_whole(tmp_path, kind):
    rng = np.random.default_rng(0)
    if kind == "signed":
        film, more = rng.integers(-2000, 2000, (256, 200)).astype(np.int16), {"PixelRepresentation": 1}
    else:
        film = rng.integers(0, 256, (256, 200, 1)).astype(np.uint8).repeat(3, axis=2)
        more = {"PhotometricInterpretation": "RGB", "SamplesPerPixel": 3, "PlanarConfiguration": 0}
    stream = imagecodecs.jpeg2k_encode(film, codecformat="j2k", reversible=True, mct=False)
    grey, bits = film.reshape(256, 200, -1)[..., 0], film.itemsize * 8
    path = save_compressed(tmp_path / "film.dcm", stream, uid.JPEG2000Lossless, grey, bits=bits, **more)
    assert np.array_equal(read_film(path)[0], read_film(path, least_side=60)[0])
