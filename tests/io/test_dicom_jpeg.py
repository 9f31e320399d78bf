"""Colours of lossless JPEG and of JPEG-LS in DICOM become RGB as the header, or the stream's own names, say."""

import struct

import imagecodecs
import numpy as np
import pytest
from pydicom import uid
from pydicom.encaps import encapsulate

from chestxr.io import FilmError
from chestxr.io.read import read_stored
from tests.io.film_files import dicom_dataset

GREY = np.add.outer(np.arange(96), np.arange(80)).astype(np.uint8)
# Of grey, YBR has its value first, and 128.
STORED = np.dstack([GREY, np.full_like(GREY, 128), np.full_like(GREY, 128)])
RGB = np.dstack([GREY] * 3)


def _lossless(pixels: np.ndarray, named_rgb: bool = False) -> bytes:
    """Encode as is; imagecodecs names the channels R, G and B."""
    as_it_is = {"colorspace": "RGB", "outcolorspace": "RGB", "subsampling": "444"}
    stream = bytearray(imagecodecs.jpeg8_encode(pixels, lossless=True, **as_it_is))
    if not named_rgb:
        frame, scan = stream.index(b"\xff\xc3") + 10, stream.index(b"\xff\xda") + 5
        stream[frame : frame + 9 : 3] = stream[scan : scan + 6 : 2] = b"\1\2\3"
    return bytes(stream)


def _saved(folder, stream, syntax, photometric):
    dataset = dicom_dataset(GREY, bits=8, PhotometricInterpretation=photometric, SamplesPerPixel=3)
    dataset.PlanarConfiguration = 0
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate([stream])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.is_little_endian, dataset.is_implicit_VR = True, False
    dataset.save_as(folder / "film.dcm", write_like_original=False)
    return folder / "film.dcm"


LOSSLESS = {"JPEG": (uid.JPEGLosslessSV1, _lossless), "JPEG-LS": (uid.JPEGLSLossless, imagecodecs.jpegls_encode)}


@pytest.mark.parametrize("kind", LOSSLESS)
@pytest.mark.parametrize(("pixels", "photometric"), [(RGB, "RGB"), (STORED, "YBR_FULL"), (STORED, "YBR_FULL_422")])
def test_colours_become_rgb(tmp_path, kind, pixels, photometric):
    syntax, encode = LOSSLESS[kind]
    assert np.array_equal(read_stored(_saved(tmp_path, encode(pixels), syntax, photometric)).pixels, RGB)


def test_channels_that_the_stream_names_rgb_are_rgb(tmp_path):
    path = _saved(tmp_path, _lossless(RGB, named_rgb=True), uid.JPEGLosslessSV1, "YBR_FULL")
    assert np.array_equal(read_stored(path).pixels, RGB)


@pytest.mark.parametrize("kind", LOSSLESS)
def test_colours_that_jpeg_has_not_are_refused(tmp_path, kind):
    syntax, encode = LOSSLESS[kind]
    with pytest.raises(FilmError, match="does not decode"):
        read_stored(_saved(tmp_path, encode(STORED), syntax, "YBR_RCT"))


@pytest.mark.parametrize("padding", [b"\0", b"\0\0\0", b"\xff", b" "])
def test_a_jpeg_ls_stream_may_be_padded(tmp_path, padding):
    path = _saved(tmp_path, imagecodecs.jpegls_encode(RGB) + padding, uid.JPEGLSLossless, "RGB")
    assert np.array_equal(read_stored(path).pixels, RGB)


def test_a_jpeg_ls_stream_without_end_is_not_given_to_the_decoder(tmp_path, monkeypatch):
    """It sought the end for seconds."""
    stream = imagecodecs.jpegls_encode(RGB)
    path = _saved(tmp_path, stream + b"\0" * (len(stream) % 2), uid.JPEGLSLossless, "RGB")
    whole = path.read_bytes()
    item = b"\xfe\xff\x00\xe0" + struct.pack("<I", len(stream) + len(stream) % 2)
    path.write_bytes(whole.replace(item, b"\xfe\xff\x00\xe0" + struct.pack("<I", len(stream) - 2)))
    assert path.read_bytes() != whole
    monkeypatch.setattr(imagecodecs, "jpegls_decode", lambda _: pytest.fail("it was"))
    with pytest.raises(FilmError, match="does not decode"):
        read_stored(path)
