"""TIFF files are read in supported compressions, and only if strips or tiles match the header."""

import gzip
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from chestxr.io import read_film
from chestxr.utils.errors import FilmError

GREY = np.add.outer(np.arange(96), np.arange(72)).astype(np.uint8)
RGB = np.dstack([GREY] * 3)
TILES = {"tile": (64, 48)}
READ = {
    "LZW": (GREY, {"compression": "lzw"}),
    "deflate": (GREY, {"compression": "zlib", "predictor": True}),
    "PackBits": (GREY, {"compression": "packbits", "rowsperstrip": 40}),
    "JPEG": (GREY, {"compression": "jpeg"}),
    "JPEG in strips": (GREY, {"compression": "jpeg", "rowsperstrip": 40}),
    "JPEG in tiles": (GREY, {"compression": "jpeg", **TILES}),
    "JPEG of colours in tiles": (RGB, {"compression": "jpeg", "photometric": "rgb", **TILES}),
    "JPEG of colours one by one": (RGB.transpose(2, 0, 1), {"compression": "jpeg", "planarconfig": "separate"}),
}
SCANS = gzip.decompress((Path(__file__).parents[1] / "hostile" / "jpeg_of_1000_scans.jpg.gz").read_bytes())


@pytest.mark.parametrize("name", READ)
def test_common_compressions_are_read(tmp_path, name):
    pixels, options = READ[name]
    tifffile.imwrite(
        tmp_path / "film.tif", pixels, **{"photometric": "rgb" if pixels.ndim == 3 else "minisblack"} | options
    )
    film, _ = read_film(tmp_path / "film.tif")
    assert np.abs(film.T - GREY).max() <= (2 if "JPEG" in name else 0)


def test_jpeg_compression_by_pillow_is_read(tmp_path):
    Image.fromarray(RGB).save(tmp_path / "film.tif", compression="jpeg")
    assert np.abs(read_film(tmp_path / "film.tif")[0].T - GREY).max() <= 4


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt"])
def test_ccitt_masks_are_read(tmp_path, compression):
    Image.fromarray(GREY > 80).save(tmp_path / "mask.tif", compression=compression)
    film, _ = read_film(tmp_path / "mask.tif")
    assert np.array_equal(film.T > 0, GREY > 80)


@pytest.mark.parametrize("compression", ["png", "jpeg2000", "jpegxl", "jpegxr", "lerc"])
def test_compressions_with_their_own_image_size_are_rejected(tmp_path, compression):
    tifffile.imwrite(tmp_path / "film.tif", GREY, photometric="minisblack", compression=compression)
    with pytest.raises(FilmError, match="an unsupported compression"):
        read_film(tmp_path / "film.tif")


def _one_strip(path, stream, shape):
    tifffile.imwrite(
        path,
        iter([stream]),
        shape=shape,
        dtype="u1",
        photometric="minisblack",
        compression="jpeg",
        rowsperstrip=shape[0],
    )


@pytest.mark.parametrize("shape", [(48, 144), (96, 144), (192, 72), (95, 72)])
def test_jpeg_of_another_size_than_the_strip_is_rejected(tmp_path, shape):
    stream = imagecodecs.jpeg8_encode(np.resize(GREY, shape))
    _one_strip(tmp_path / "film.tif", stream, GREY.shape)
    with pytest.raises(FilmError, match="truncated or broken"):
        read_film(tmp_path / "film.tif")


def test_jpeg_with_too_many_scans_is_rejected(tmp_path):
    _one_strip(tmp_path / "film.tif", SCANS, (1000, 1000))
    with pytest.raises(FilmError, match="truncated or broken"):
        read_film(tmp_path / "film.tif")


def _with_one_tile(path, stream, tiles, **tags):
    """Write a film whose tiles share one offset."""
    tifffile.imwrite(path, np.zeros((640, 256), np.uint8), photometric="minisblack", compression="zlib", tile=(16, 16))
    path.write_bytes((whole := path.read_bytes()) + stream)
    tags |= {"TileOffsets": [len(whole)] * tiles, "TileByteCounts": [len(stream)] * tiles}
    with tifffile.TiffFile(path, mode="r+b") as tiff:
        for name, value in tags.items():
            tiff.pages[0].tags[name].overwrite(value)


@pytest.mark.parametrize(
    ("stream", "tiles", "tags", "found"),
    [
        (zlib.compress(bytes(32_000_000)), 40, {"TileWidth": 2_000_000}, "pieces of"),
        (zlib.compress(np.random.default_rng(0).bytes(60_000)), 640, {}, "truncated or broken"),
    ],
)
def test_oversized_and_overlapping_tiles_are_rejected(tmp_path, stream, tiles, tags, found):
    _with_one_tile(tmp_path / "film.tif", stream, tiles, **tags)
    with pytest.raises(FilmError, match=found):
        read_film(tmp_path / "film.tif")
