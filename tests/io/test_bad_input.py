"""Bad files raise a FilmError of one line that names the file."""

import gzip
import pickle
import struct
import warnings
from pathlib import Path

import imagecodecs
import nibabel as nib
import numpy as np
import pydicom
import pytest
import tifffile
from PIL import Image
from pydicom.data import get_testdata_file

from chestxr.io import read_film
from chestxr.utils.errors import FilmError
from tests.io.film_files import dicom_dataset, save_dicom
from tests.phantom import chest_film

GREY = (chest_film((120, 150), seed=5)[0].T).astype(np.uint8)


def _write(path, content: bytes):
    path.write_bytes(content)
    return path


def _png(folder, pixels=GREY):
    Image.fromarray(pixels).save(folder / "film.png")
    return folder / "film.png"


def _jpeg(folder):
    Image.fromarray(GREY).save(folder / "film.jpg")
    return folder / "film.jpg"


def _cut(path, share=0.6):
    content = path.read_bytes()
    return _write(path, content[: int(share * len(content))])


def _huge_png(folder):
    content = bytearray(_png(folder).read_bytes())
    content[16:24] = (60000).to_bytes(4, "big") * 2
    return _write(folder / "bomb.png", bytes(content))


def _nan_nifti(folder):
    pixels = GREY.T.astype(np.float32)
    pixels[3, 3] = np.nan
    nib.save(nib.Nifti1Image(pixels, np.diag([-1, -1, 1, 1])), folder / "nan.nii.gz")
    return folder / "nan.nii.gz"


def _volume(folder):
    nib.save(nib.Nifti1Image(np.zeros((70, 70, 5), np.float32), np.eye(4)), folder / "volume.nii.gz")
    return folder / "volume.nii.gz"


def _huge_nifti(folder):
    image = nib.Nifti1Image(GREY.T.astype(np.float32), np.eye(4))
    header = bytearray(image.to_bytes())
    header[42:46] = (30000).to_bytes(2, "little") * 2
    return _write(folder / "bomb.nii.gz", gzip.compress(bytes(header)))


def _photograph(folder):
    colours = np.random.default_rng(0).integers(0, 255, (100, 100, 3), dtype=np.uint8)
    return _png(folder, colours)


def _pages(folder):
    tifffile.imwrite(folder / "pages.tif", np.stack([GREY] * 3), photometric="minisblack")
    return folder / "pages.tif"


def _printed(folder):
    Image.fromarray(GREY).convert("CMYK").save(folder / "cmyk.tif")
    return folder / "cmyk.tif"


def _many_channels(folder):
    """Write sixty values per pixel: a film of the largest size would take 12 GB."""
    tifffile.imwrite(
        folder / "deep.tif", np.zeros((*GREY.shape, 60), np.uint16), photometric="rgb", planarconfig="contig"
    )
    return folder / "deep.tif"


def _complex_tiff(folder):
    tifffile.imwrite(folder / "complex.tif", GREY.astype(np.complex64), photometric="minisblack")
    return folder / "complex.tif"


def _float_tiff(folder, offset, factor=1.0):
    tifffile.imwrite(folder / "float.tif", GREY * factor + offset, photometric="minisblack")
    return folder / "float.tif"


def _unfinished_tiff(folder):
    """Write a film whose last strips have no bytes, as an interrupted writer leaves it."""
    path = folder / "strips.tif"
    tifffile.imwrite(path, GREY, photometric="minisblack", rowsperstrip=10)
    with tifffile.TiffFile(path, mode="r+b") as tiff:
        counts = list(tiff.pages[0].databytecounts)
        tiff.pages[0].tags["StripByteCounts"].overwrite([*counts[:-3], 0, 0, 0])
    return path


def _without_film(folder):
    with tifffile.TiffWriter(folder / "film.tif") as tiff:
        for _ in range(2):
            tiff.write(GREY, photometric="minisblack", subfiletype=1)
    return folder / "film.tif"


def _jpeg_2000(folder, pixels=GREY):
    return _write(folder / "film.jp2", imagecodecs.jpeg2k_encode(pixels, codecformat="jp2", reversible=True))


def _bmp(folder, compression=0, columns=None, rows=None):
    Image.fromarray(GREY).save(folder / "film.bmp")
    content = bytearray((folder / "film.bmp").read_bytes())
    struct.pack_into("<I", content, 30, compression)
    if columns:
        struct.pack_into("<ii", content, 18, columns, rows)
    return _write(folder / "film.bmp", bytes(content))


CASES = {
    "missing": (lambda folder: folder / "nowhere.png", "no such file"),
    "empty": (lambda folder: _write(folder / "film.png", b""), "an empty file"),
    "text": (lambda folder: _write(folder / "film.dcm", b"not a film at all\n" * 40), "no image that chestxr reads"),
    "cut PNG": (lambda folder: _cut(_png(folder)), "truncated or broken"),
    "cut JPEG": (lambda folder: _cut(_jpeg(folder)), "truncated or broken"),
    "cut PNG header": (lambda folder: _cut(_png(folder), 0.001), "truncated|no image|empty"),
    "cut DICOM": (lambda folder: _cut(save_dicom(folder / "film.dcm", GREY, bits=8)), "truncated"),
    "cut NIfTI": (lambda folder: _cut(_nan_nifti(folder)), "truncated or broken"),
    "constant": (lambda folder: _png(folder, np.full((90, 90), 7, np.uint8)), "the same value everywhere"),
    "NaN": (_nan_nifti, "values that are not numbers"),
    "icon": (lambda folder: _png(folder, GREY[:40, :40]), "at least 64"),
    "PNG bomb": (_huge_png, "claims 60000 x 60000"),
    "NIfTI bomb": (_huge_nifti, "claims 30000 x 30000"),
    "DICOM bomb": (lambda folder: save_dicom(folder / "a.dcm", GREY, Rows=60000, Columns=60000), "claims 60000"),
    "zero rows": (lambda folder: save_dicom(folder / "a.dcm", GREY, Rows=0), "0 pixels"),
    "volume": (_volume, "single two-dimensional slice"),
    "pages": (_pages, "3 pages"),
    "thumbnail alone among pages": (_without_film, "2 pages"),
    "cut JPEG 2000": (lambda folder: _cut(_jpeg_2000(folder)), "truncated or broken"),
    "cut JPEG 2000 header": (lambda folder: _cut(_jpeg_2000(folder), 0.004), "truncated or broken"),
    "JPEG 2000 of two channels": (lambda folder: _jpeg_2000(folder, np.dstack([GREY, GREY])), "neither grey nor RGB"),
    "cut BMP": (lambda folder: _cut(_bmp(folder)), "truncated or broken"),
    "cut BMP header": (
        lambda folder: _write(folder / "film.bmp", _bmp(folder).read_bytes()[:20]),
        "truncated or broken",
    ),
    "compressed BMP": (lambda folder: _bmp(folder, compression=1), "an unsupported BMP"),
    "BMP bomb": (lambda folder: _bmp(folder, columns=60000, rows=60000), "claims 60000"),
    "PGM": (lambda folder: _write(folder / "film.pgm", b"P5\n2 2\n255\n0000" + bytes(400)), "a Netpbm picture"),
    "WebP": (lambda folder: _write(folder / "film.png", b"RIFF\x10\0\0\0WEBPVP8 " + bytes(400)), "a WebP picture"),
    "HEIF": (lambda folder: _write(folder / "film.jpg", b"\0\0\0\x18ftypheic" + bytes(400)), "a HEIF or AVIF"),
    "MetaImage": (lambda folder: _write(folder / "film.mha", b"ObjectType = Image\n" * 30), "a MetaImage file"),
    "CMYK TIFF": (_printed, "colours for printing"),
    "TIFF of many channels": (_many_channels, "60 values per pixel"),
    "complex TIFF": (_complex_tiff, "complex numbers"),
    "TIFF of levels that are one in 32 bits": (lambda folder: _float_tiff(folder, 1e12), "the same value everywhere"),
    "TIFF of levels that are few in 32 bits": (lambda folder: _float_tiff(folder, 1e8), "too close to distinguish"),
    "TIFF of levels that are none in 32 bits": (lambda folder: _float_tiff(folder, 0, 1e-30), "too close"),
    "rescaled beyond 32 bits": (
        lambda folder: save_dicom(folder / "a.dcm", GREY, RescaleSlope="1E38", RescaleIntercept="0"),
        "not numbers, or too large",
    ),
    "rescaled beyond what can be squared": (
        lambda folder: save_dicom(folder / "a.dcm", GREY, RescaleSlope="1E19", RescaleIntercept="0"),
        "not numbers, or too large",
    ),
    "rescaled by a large offset": (
        lambda folder: save_dicom(folder / "a.dcm", GREY, RescaleSlope="1", RescaleIntercept="1E9"),
        "too close to distinguish",
    ),
    "TIFF without its last strips": (_unfinished_tiff, "truncated or broken"),
    "photograph": (_photograph, "a colour picture"),
    "CT slice": (lambda folder: save_dicom(folder / "a.dcm", GREY, Modality="CT"), "modality CT"),
    "lateral": (lambda folder: save_dicom(folder / "a.dcm", GREY, PatientOrientation=["A", "F"]), "not frontal"),
    "lateral view": (
        lambda folder: save_dicom(folder / "a.dcm", GREY, ViewPosition="LL"),
        "a lateral view",
    ),
    "frames": (lambda folder: save_dicom(folder / "a.dcm", GREY, NumberOfFrames=4), "4 frames"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_file_raises_a_one_line_error(tmp_path, case):
    make, cause = CASES[case]
    path = make(tmp_path)
    with pytest.raises(FilmError, match=cause) as caught:
        read_film(path)
    text = str(caught.value)
    assert "\n" not in text and str(path) in text and "expected" in text
    assert "Geheim" not in text and "4711" not in text


def test_real_files_of_other_kinds_are_rejected():
    for name in ("CT_small.dcm", "MR_small.dcm", "rtplan.dcm", "SC_rgb_rle.dcm", "OBXXXX1A.dcm", "SC_rgb_2frame.dcm"):
        with pytest.raises(FilmError):
            read_film(get_testdata_file(name, download=False))


@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
@pytest.mark.parametrize("name", ["RG1_J2KR.dcm", "RG1_UNCR.dcm", "RG3_J2KI.dcm"])
def test_truncated_pixel_data_is_not_padded(tmp_path, name, share):
    content = Path(get_testdata_file(name, download=False)).read_bytes()
    path = _write(tmp_path / name, content[: int(share * len(content))])
    with pytest.raises(FilmError):
        read_film(path)


def test_unsupported_transfer_syntax_is_named(tmp_path):
    dataset = pydicom.dcmread(get_testdata_file("RG1_J2KR.dcm", download=False))
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.MPEG2MPML
    dataset.save_as(tmp_path / "film.dcm")
    with pytest.raises(FilmError, match=r"found pixel data in MPEG2 .*; expected uncompressed pixel data, JPEG, "):
        read_film(tmp_path / "film.dcm")


def test_film_with_a_small_coloured_label_is_accepted(tmp_path):
    rgb = np.repeat(GREY[..., None], 3, axis=2)
    rgb[:10, :20] = (255, 0, 0)
    film, _ = read_film(_png(tmp_path, rgb))
    np.testing.assert_array_equal(film[:, 20:], GREY[20:].T)


def test_film_error_can_be_pickled():
    error = FilmError("film.dcm", "a", "b", "c")
    assert str(pickle.loads(pickle.dumps(error))) == str(error) == "film.dcm: found a; expected b; c"


def test_error_after_decoding_becomes_film_error(tmp_path, monkeypatch):
    def broken(*_):
        raise TypeError("Geheim")

    monkeypatch.setattr("chestxr.io.film_reader.to_grayscale", broken)
    with pytest.raises(FilmError, match="invalid values in the header"):
        read_film(_png(tmp_path, np.repeat(GREY[..., None], 3, axis=2)))


def test_metadata_contains_no_patient_data(tmp_path):
    path = save_dicom(tmp_path / "film.dcm", GREY, bits=8)
    assert "Geheim" in str(dicom_dataset(GREY).PatientName)
    assert "Geheim" not in repr(read_film(path)[1]) and "4711" not in repr(read_film(path)[1])


def test_invalid_header_error_does_not_quote_the_header(tmp_path):
    path = save_dicom(tmp_path / "film.dcm", np.random.default_rng(0).integers(0, 4096, (96, 72)))
    content = path.read_bytes()
    dataset = pydicom.dcmread(path)
    dataset.add_new("BitsStored", "LO", "Geheim")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.save_as(path)
    assert path.read_bytes() != content
    with pytest.raises(FilmError) as error:
        read_film(path)
    assert "Geheim" not in str(error.value)


def test_system_error_becomes_film_error(tmp_path, monkeypatch):
    path = save_dicom(tmp_path / "film.dcm", np.random.default_rng(0).integers(0, 4096, (96, 72)))

    def broken_disk(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("chestxr.io.decode.sniff_format", broken_disk)
    with pytest.raises(FilmError, match="the system cannot read"):
        read_film(path)


@pytest.mark.parametrize("orientation", ["RF", "AP", "L"])
def test_incomplete_patient_orientation_is_ignored(tmp_path, orientation):
    pixels = np.random.default_rng(0).integers(0, 4096, (96, 72))
    plain, alone = (
        save_dicom(tmp_path / f"{n}.dcm", pixels, **tags)
        for n, tags in (("a", {}), ("b", {"PatientOrientation": orientation}))
    )
    np.testing.assert_array_equal(read_film(plain)[0], read_film(alone)[0])
