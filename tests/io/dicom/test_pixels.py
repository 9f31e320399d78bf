"""Every transfer syntax returns the stored values unchanged, and colours as RGB."""

import struct

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom import uid

from chestxr.io.decode import decode_image
from chestxr.io.dicom._compat import convert_color_space
from chestxr.utils.errors import FilmError
from tests.io.film_files import save_compressed, save_dicom

GREY = np.add.outer(np.arange(96), np.arange(80)).astype(np.uint8)
RGB = np.dstack([GREY, GREY[::-1], GREY[:, ::-1]])
STORED = convert_color_space(RGB, "RGB", "YBR_FULL")
TWELVE = (np.random.default_rng(0).integers(0, 16, GREY.shape) + 16 * GREY.astype(np.uint16)).astype(np.uint16)
TWELVE[0, 0] = 4095
ANY_PREDICTOR, HIGH_THROUGHPUT = "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.201"


def _lossless(pixels: np.ndarray, named_rgb: bool = False) -> bytes:
    """Encode without colour conversion; imagecodecs names the channels R, G and B."""
    if pixels.ndim == 2:
        return imagecodecs.ljpeg_encode(pixels)
    as_it_is = {"colorspace": "RGB", "outcolorspace": "RGB", "subsampling": "444"}
    stream = bytearray(imagecodecs.jpeg8_encode(pixels, lossless=True, **as_it_is))
    if not named_rgb:
        frame, scan = stream.index(b"\xff\xc3") + 10, stream.index(b"\xff\xda") + 5
        stream[frame : frame + 9 : 3] = stream[scan : scan + 6 : 2] = b"\1\2\3"
    return bytes(stream)


def _jpeg_2000(pixels: np.ndarray, mct: bool = False, **options) -> bytes:
    return imagecodecs.jpeg2k_encode(pixels, codecformat="j2k", reversible=True, mct=mct, **options)


def _rle(pixels: np.ndarray) -> bytes:
    """Encode as RLE: a segment for each byte of the values, each row by itself (DICOM PS3.5, G)."""
    samples = np.moveaxis(np.atleast_3d(pixels), -1, 0)
    planes = [plane for sample in samples for plane in np.moveaxis(_high_bytes_first(sample), -1, 0)]
    segments = [b"".join(imagecodecs.packbits_encode(row.tobytes()) for row in plane) for plane in planes]
    segments = [segment + b"\0" * (len(segment) % 2) for segment in segments]
    offsets = 64 + np.cumsum([0, *(len(segment) for segment in segments[:-1])])
    return struct.pack("<16I", len(segments), *offsets, *[0] * (15 - len(segments))) + b"".join(segments)


def _high_bytes_first(sample: np.ndarray) -> np.ndarray:
    ordered = np.ascontiguousarray(sample).astype(sample.dtype.newbyteorder(">"))
    return ordered.view(np.uint8).reshape(*sample.shape, sample.itemsize)


def _saved(folder, stream, syntax, photometric):
    colours = {"PhotometricInterpretation": photometric, "SamplesPerPixel": 3, "PlanarConfiguration": 0}
    return save_compressed(folder / "film.dcm", stream, syntax, GREY, bits=8, **colours)


ENCODINGS = {
    "JPEG": (uid.JPEGLosslessSV1, _lossless),
    "JPEG-LS": (uid.JPEGLSLossless, imagecodecs.jpegls_encode),
    "JPEG 2000": (uid.JPEG2000Lossless, _jpeg_2000),
    "RLE": (uid.RLELossless, _rle),
}


@pytest.mark.parametrize("kind", ENCODINGS)
@pytest.mark.parametrize(("pixels", "photometric"), [(RGB, "RGB"), (STORED, "YBR_FULL"), (STORED, "YBR_FULL_422")])
def test_colours_become_rgb(tmp_path, kind, pixels, photometric):
    syntax, encode = ENCODINGS[kind]
    film = decode_image(_saved(tmp_path, encode(pixels), syntax, photometric)).pixels
    assert np.abs(film.astype(int) - RGB).max() <= (0 if photometric == "RGB" else 1), "YBR is rounded"


@pytest.mark.parametrize("kind", ["JPEG-LS", "JPEG 2000", "RLE"])
def test_colours_of_sixteen_bits(tmp_path, kind):
    syntax, encode = ENCODINGS[kind]
    wide = RGB.astype(np.uint16) * 257 + np.arange(3, dtype=np.uint16)
    colours = {"PhotometricInterpretation": "RGB", "SamplesPerPixel": 3, "PlanarConfiguration": 0}
    path = save_compressed(tmp_path / "film.dcm", encode(wide), syntax, GREY, bits=16, **colours)
    assert np.array_equal(decode_image(path).pixels, wide)


def test_channels_named_rgb_in_the_stream_are_rgb(tmp_path):
    path = _saved(tmp_path, _lossless(RGB, named_rgb=True), uid.JPEGLosslessSV1, "YBR_FULL")
    assert np.array_equal(decode_image(path).pixels, RGB)


def test_jpeg_2000_colour_transform_becomes_rgb(tmp_path):
    path = _saved(tmp_path, _jpeg_2000(RGB, mct=True), uid.JPEG2000Lossless, "YBR_RCT")
    assert np.array_equal(decode_image(path).pixels, RGB)


@pytest.mark.parametrize("kind", ["JPEG", "JPEG-LS", "RLE"])
def test_unsupported_colour_space_is_rejected(tmp_path, kind):
    syntax, encode = ENCODINGS[kind]
    with pytest.raises(FilmError, match="cannot be decoded"):
        decode_image(_saved(tmp_path, encode(STORED), syntax, "YBR_RCT"))


@pytest.mark.parametrize(
    ("syntax", "encode"),
    [
        (uid.JPEGLosslessSV1, lambda pixels: imagecodecs.ljpeg_encode(pixels, bitspersample=12)),
        (ANY_PREDICTOR, lambda pixels: imagecodecs.ljpeg_encode(pixels, bitspersample=12)),
        (uid.JPEGLSLossless, imagecodecs.jpegls_encode),
        (uid.JPEG2000Lossless, lambda pixels: _jpeg_2000(pixels, bitspersample=12)),
        pytest.param(
            HIGH_THROUGHPUT,
            lambda pixels: imagecodecs.htj2k_encode(pixels, reversible=True),
            marks=pytest.mark.skipif(pydicom.__version__ < "3", reason="pydicom 2 does not write it"),
        ),
        (uid.RLELossless, _rle),
    ],
)
def test_twelve_bits_round_trip(tmp_path, syntax, encode):
    path = save_compressed(tmp_path / "film.dcm", encode(TWELVE), syntax, TWELVE, bits=12)
    assert np.array_equal(decode_image(path).pixels, TWELVE)


@pytest.mark.parametrize("kind", ENCODINGS)
def test_negative_values_stay_negative(tmp_path, kind):
    """JPEG and JPEG-LS are unsigned; some programs write unsigned JPEG 2000 too."""
    syntax, encode = ENCODINGS[kind]
    stored = GREY ^ 128
    path = save_compressed(tmp_path / "film.dcm", encode(stored), syntax, GREY, bits=8, PixelRepresentation=1)
    assert np.array_equal(decode_image(path).pixels, stored.view(np.int8))


@pytest.mark.parametrize(
    ("syntax", "encode"), [(uid.JPEGLosslessSV1, imagecodecs.ljpeg_encode), (uid.JPEG2000Lossless, _jpeg_2000)]
)
def test_sign_bit_is_the_highest_bit_of_the_stream(tmp_path, syntax, encode):
    """Some programs write 12-bit streams with a 16-bit header."""
    below = TWELVE.astype(np.int16) - 2048
    stream = encode(below.astype(np.uint16) & 4095, bitspersample=12)
    path = save_compressed(tmp_path / "film.dcm", stream, syntax, TWELVE, bits=16, PixelRepresentation=1)
    assert np.array_equal(decode_image(path).pixels, below)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("kind", ["uncompressed", "RLE"])
def test_bits_above_bits_stored_are_ignored(tmp_path, kind, signed):
    path = tmp_path / "film.dcm"
    if kind == "uncompressed":
        save_dicom(path, TWELVE | 0x7000, bits=12, PixelRepresentation=int(signed))
    else:
        save_compressed(path, _rle(TWELVE | 0x7000), uid.RLELossless, TWELVE, bits=12, PixelRepresentation=int(signed))
    expected = TWELVE.astype(np.int16) << 4 >> 4 if signed else TWELVE
    assert np.array_equal(decode_image(path).pixels, expected)


@pytest.mark.parametrize("syntax", [uid.ExplicitVRLittleEndian, uid.RLELossless])
def test_values_are_read_at_the_high_bit_in_the_header(tmp_path, syntax):
    path = tmp_path / "film.dcm"
    if syntax == uid.RLELossless:
        save_compressed(path, _rle(TWELVE << 4), syntax, TWELVE, bits=12, HighBit=15)
    else:
        save_dicom(path, TWELVE << 4, bits=12, HighBit=15)
    assert np.array_equal(decode_image(path).pixels, TWELVE)


def test_irrelevant_high_bit_is_ignored(tmp_path):
    uncompressed = save_dicom(tmp_path / "uncompressed.dcm", GREY, bits=8, HighBit=15)
    assert np.array_equal(decode_image(uncompressed).pixels, GREY)
    stream = imagecodecs.ljpeg_encode(TWELVE, bitspersample=12)
    compressed = save_compressed(tmp_path / "film.dcm", stream, uid.JPEGLosslessSV1, TWELVE, bits=12, HighBit=15)
    assert np.array_equal(decode_image(compressed).pixels, TWELVE)


@pytest.mark.parametrize("kind", ["JPEG-LS", "JPEG 2000"])
def test_only_lossless_values_beyond_bits_stored_are_rejected(tmp_path, kind):
    syntax, encode = ENCODINGS[kind]
    with pytest.raises(FilmError, match="cannot be decoded"):
        decode_image(save_compressed(tmp_path / "film.dcm", encode(TWELVE + 10), syntax, TWELVE, bits=12))
    lossy = {"JPEG-LS": uid.JPEGLSNearLossless, "JPEG 2000": uid.JPEG2000}[kind]
    path = save_compressed(tmp_path / "film.dcm", encode(TWELVE + 10), lossy, TWELVE, bits=12)
    assert np.array_equal(decode_image(path).pixels, TWELVE + 10)


def test_uncompressed_ybr_rct_is_rgb(tmp_path):
    colours = {"PhotometricInterpretation": "YBR_RCT", "SamplesPerPixel": 3, "PlanarConfiguration": 0}
    path = save_dicom(tmp_path / "film.dcm", GREY, bits=8, PixelData=RGB.tobytes(), **colours)
    assert np.array_equal(decode_image(path).pixels, RGB)


@pytest.mark.parametrize(("signed", "bits"), [(True, 16), (False, 12)])
def test_jpeg_2000_sign_is_that_of_the_header(tmp_path, signed, bits):
    below = TWELVE.astype(np.int16) - 2048
    stream = _jpeg_2000(below, bitspersample=12)
    path = save_compressed(
        tmp_path / "film.dcm", stream, uid.JPEG2000Lossless, TWELVE, bits, PixelRepresentation=int(signed)
    )
    assert np.array_equal(decode_image(path).pixels, below if signed else below & 4095)


@pytest.mark.parametrize("kind", ["JPEG-LS", "JPEG 2000"])
def test_more_bits_than_allocated_are_rejected(tmp_path, kind):
    """Their high bytes used to be lost silently."""
    syntax, encode = ENCODINGS[kind]
    with pytest.raises(FilmError, match="cannot be decoded"):
        decode_image(save_compressed(tmp_path / "film.dcm", encode(TWELVE), syntax, TWELVE, bits=8))


@pytest.mark.parametrize("bits", [8, 16, 32])
def test_rle_with_any_bit_depth(tmp_path, bits):
    values = np.random.default_rng(0).integers(0, 2**bits, GREY.shape, dtype=np.uint64).astype(f"u{bits // 8}")
    path = save_compressed(tmp_path / "film.dcm", _rle(values), uid.RLELossless, GREY, bits, BitsAllocated=bits)
    assert np.array_equal(decode_image(path).pixels, values)


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (_rle(np.vstack([GREY, GREY])), "RLE segments that do not match rows and columns"),
        (_rle(GREY)[:-40], "RLE segments that do not match rows and columns"),
        (_rle(GREY[:-1]), "truncated pixel data"),
        (_rle(RGB), "another number of RLE segments"),
    ],
)
def test_rle_that_contradicts_the_header_raises(tmp_path, stream, found):
    path = save_compressed(tmp_path / "film.dcm", stream, uid.RLELossless, GREY, bits=8)
    with pytest.raises(FilmError, match=found):
        decode_image(path)


@pytest.mark.parametrize("padding", [b"\0", b"\0\0\0", b"\xff", b" "])
def test_padded_jpeg_ls_stream_is_read(tmp_path, padding):
    path = _saved(tmp_path, imagecodecs.jpegls_encode(RGB) + padding, uid.JPEGLSLossless, "RGB")
    assert np.array_equal(decode_image(path).pixels, RGB)


def test_jpeg_ls_stream_without_end_marker_is_not_decoded(tmp_path, monkeypatch):
    """The decoder searched for the end for seconds."""
    stream = imagecodecs.jpegls_encode(RGB)
    path = _saved(tmp_path, stream + b"\0" * (len(stream) % 2), uid.JPEGLSLossless, "RGB")
    whole = path.read_bytes()
    item = b"\xfe\xff\x00\xe0" + struct.pack("<I", len(stream) + len(stream) % 2)
    path.write_bytes(whole.replace(item, b"\xfe\xff\x00\xe0" + struct.pack("<I", len(stream) - 2)))
    assert path.read_bytes() != whole
    monkeypatch.setattr(imagecodecs, "jpegls_decode", lambda _: pytest.fail("the decoder was called"))
    with pytest.raises(FilmError, match="cannot be decoded"):
        decode_image(path)


@pytest.mark.parametrize("highest", [3, 16])
def test_invalid_high_bit_is_rejected(tmp_path, highest):
    path = save_dicom(tmp_path / "film.dcm", TWELVE, bits=12, HighBit=highest)
    with pytest.raises(FilmError, match=f"12 bits stored with high bit {highest} in 16 bits"):
        decode_image(path)


@pytest.mark.parametrize("kind", ["no delimiter", "zeros for it", "zeros after the end", "a wrong length before"])
def test_complete_stream_in_broken_encapsulation_is_read(tmp_path, kind):
    stream = imagecodecs.ljpeg_encode(TWELVE, bitspersample=12)
    path = save_compressed(
        tmp_path / "film.dcm",
        stream + bytes(100) * (kind == "zeros after the end"),
        uid.JPEGLosslessSV1,
        TWELVE,
        bits=12,
    )
    content = path.read_bytes()
    end = content.rindex(b"\xfe\xff\xdd\xe0")
    if kind in ("no delimiter", "zeros for it"):
        path.write_bytes(content[:end] + bytes(8) * (kind == "zeros for it"))
    elif kind == "a wrong length before":
        start = content.rindex(b"\xe0\x7f\x10\x00OB")
        icon = b"\x88\x00\x00\x02SQ\0\0" + (40).to_bytes(4, "little") + b"\xfe\xff\x00\xe0" + bytes(4) + bytes(12)
        path.write_bytes(content[:start] + icon + content[start:])
    assert np.array_equal(decode_image(path).pixels, TWELVE)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_truncated_stream_raises(tmp_path, share):
    noise = np.random.default_rng(0).integers(0, 4096, (96, 80)).astype(np.uint16)
    stream = imagecodecs.ljpeg_encode(noise, bitspersample=12)
    path = save_compressed(tmp_path / "film.dcm", stream, uid.JPEGLosslessSV1, noise, bits=12)
    content = path.read_bytes()
    start = content.rindex(b"\xe0\x7f\x10\x00OB")
    path.write_bytes(content[: start + int(share * (len(content) - start))])
    with pytest.raises(FilmError, match="truncated pixel data; expected a whole film; export or copy it again"):
        decode_image(path)


@pytest.mark.parametrize(
    "tags",
    [{"PhotometricInterpretation": "Monochrome2 "}, {"SamplesPerPixel": None}, {"Modality": "DR"}, {"Modality": "dx"}],
)
def test_common_header_variants_are_accepted(tmp_path, tags):
    assert np.array_equal(decode_image(save_dicom(tmp_path / "film.dcm", TWELVE, bits=12, **tags)).pixels, TWELVE)


def test_zeros_after_the_pixels_are_padding(tmp_path):
    path = save_dicom(tmp_path / "film.dcm", TWELVE, bits=12, PixelData=TWELVE.tobytes() + bytes(4096))
    assert np.array_equal(decode_image(path).pixels, TWELVE)
