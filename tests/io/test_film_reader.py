"""Every format, polarity and orientation of a film gives the same array."""

import copy
import hashlib
import pickle
import subprocess
import sys
import textwrap

import imagecodecs
import nibabel as nib
import numpy as np
import pydicom
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from monai.data import list_data_collate
from monai.transforms import LoadImaged
from PIL import Image, ImageOps
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from chestxr.io import FilmReader, read_film
from chestxr.utils.errors import FilmError
from tests.io.film_files import save_dicom, save_everywhere
from tests.phantom import chest_film


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    film, _ = chest_film((120, 150), seed=3)
    return np.ascontiguousarray(film.T * 200, dtype=np.uint16)


def test_every_format_gives_the_same_array(tmp_path, pixels):
    for name, path in save_everywhere(tmp_path, pixels).items():
        film, meta = read_film(path)
        np.testing.assert_array_equal(film, pixels.T.astype(np.float32), err_msg=name)
        assert film.dtype == np.float32
        assert tuple(meta["spatial_shape"]) == film.shape == (120, 150), name


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "1"])
def test_bmp_and_png_give_the_same_array(tmp_path, pixels, mode):
    picture = Image.fromarray((pixels >> 8).astype(np.uint8)).convert(mode)
    for name in ("film.bmp", "film.png"):
        picture.save(tmp_path / name)
    np.testing.assert_array_equal(read_film(tmp_path / "film.bmp")[0], read_film(tmp_path / "film.png")[0])


def test_two_pages_are_rejected(tmp_path, pixels):
    with tifffile.TiffWriter(tmp_path / "film.tif") as tiff:
        for _ in range(2):
            tiff.write(pixels, photometric="minisblack", subfiletype=2)
    with pytest.raises(FilmError, match="2 pages"):
        read_film(tmp_path / "film.tif")


def test_mask_page_is_skipped(tmp_path, pixels):
    with tifffile.TiffWriter(tmp_path / "film.tif") as tiff:
        tiff.write(pixels, photometric="minisblack")
        tiff.write(pixels > 9000, photometric=tifffile.PHOTOMETRIC.MASK, subfiletype=4)
    np.testing.assert_array_equal(read_film(tmp_path / "film.tif")[0], pixels.T)


@settings(max_examples=20, deadline=None)
@given(arrays(np.uint16, st.tuples(st.integers(64, 90), st.integers(64, 90)), elements=st.integers(0, 65535)))
def test_dicom_polarity_and_png_agree_for_any_pixels(tmp_path_factory, stored):
    stored[0, 0], stored[0, 1] = 0, 1
    folder = tmp_path_factory.mktemp("any")
    inverted, _ = read_film(save_dicom(folder / "m1.dcm", 65535 - stored, PhotometricInterpretation="MONOCHROME1"))
    Image.fromarray(stored).save(folder / "film.png")
    np.testing.assert_array_equal(inverted, read_film(folder / "film.png")[0])


def test_jpeg_2000_and_uncompressed_agree_on_a_real_film(chest_dicom):
    reference, meta = read_film(chest_dicom)
    film, _ = read_film(get_testdata_file("RG1_J2KR.dcm", download=False))
    np.testing.assert_array_equal(film, reference)
    assert film.shape == (1841, 1955)
    assert meta["inverted"] and meta["pixel_spacing_source"] == "unknown"


@pytest.mark.parametrize(
    "name",
    [
        "JPGLosslessP14SV1_1s_1f_8b.dcm",
        "JPEG-LL.dcm",
        "JPEG-lossy.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "JPEG2000.dcm",
    ],
)
def test_real_codecs_are_decoded(tmp_path, name):
    """Files of other modalities, compressed by other vendors and relabelled as radiographs."""
    dataset = pydicom.dcmread(get_testdata_file(name, download=False))
    dataset.Modality = "CR"
    dataset.save_as(tmp_path / name)
    film, _ = read_film(tmp_path / name)
    assert film.shape == (dataset.Columns, dataset.Rows)


def test_demo_film_is_bone_white_and_upright(chest_dicom):
    film, _ = read_film(chest_dicom)
    width, height = film.shape
    spine = film[int(0.48 * width) : int(0.52 * width), int(0.5 * height) : int(0.8 * height)].mean()
    lung = film[int(0.75 * width) : int(0.85 * width), int(0.25 * height) : int(0.4 * height)].mean()
    assert spine > 1.2 * lung


def test_mirrored_film_is_flipped(tmp_path, leg_dicom):
    film, meta = read_film(leg_dicom)
    assert meta["reoriented"] == "flipped left-right"
    dataset = pydicom.dcmread(leg_dicom)
    del dataset.PatientOrientation
    dataset.save_as(tmp_path / "as_stored.dcm")
    as_stored, meta = read_film(tmp_path / "as_stored.dcm")
    assert meta["reoriented"] == ""
    np.testing.assert_array_equal(film, as_stored[::-1])


@pytest.mark.parametrize(
    ("tags", "spacing", "source"),
    [
        ({"PixelSpacing": [0.2, 0.1]}, (0.1, 0.2), "PixelSpacing"),
        ({"ImagerPixelSpacing": [0.2, 0.1]}, (0.1, 0.2), "ImagerPixelSpacing"),
        ({"PixelSpacing": [0, 0], "ImagerPixelSpacing": [0.14, 0.14]}, (0.14, 0.14), "ImagerPixelSpacing"),
        ({"PixelSpacing": [0, 0]}, (np.nan, np.nan), "unknown"),
        ({}, (np.nan, np.nan), "unknown"),
        ({"PixelSpacing": [0.2, 0.1], "PatientOrientation": ["F", "L"]}, (0.2, 0.1), "PixelSpacing"),
    ],
)
def test_spacing_is_unknown_unless_the_film_states_it(tmp_path, pixels, tags, spacing, source):
    _, meta = read_film(save_dicom(tmp_path / "film.dcm", pixels, **tags))
    np.testing.assert_array_equal(meta["pixel_spacing_mm"], spacing)
    assert meta["pixel_spacing_source"] == source
    expected = np.nan_to_num(spacing, nan=1.0)
    np.testing.assert_array_equal(np.diag(meta["affine"])[:2], -expected)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_tiff_orientation_agrees_with_pillow(tmp_path, pixels, orientation):
    path = tmp_path / "film.tif"
    stored = (pixels >> 8).astype(np.uint8)
    tifffile.imwrite(path, stored, photometric="minisblack", extratags=[(274, "H", 1, orientation, True)])
    picture = Image.fromarray(stored)
    picture.getexif()[274] = orientation
    expected = np.asarray(ImageOps.exif_transpose(picture))
    assert np.array_equal(read_film(path)[0], expected.T.astype(np.float32))


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_one_bit_and_signed_tiff_keep_the_order_of_grey_levels(tmp_path, pixels, photometric):
    sign = 1 if photometric == "minisblack" else -1
    signed = pixels.astype(np.int32) - 32768
    for stored in (signed.astype(np.int16), pixels > np.median(pixels)):
        tifffile.imwrite(tmp_path / "film.tif", stored, photometric=photometric)
        film = read_film(tmp_path / "film.tif")[0].T
        order = np.argsort(stored, axis=None, kind="stable")
        assert (sign * np.diff(film.ravel()[order]) >= 0).all() and np.ptp(film) > 0


@pytest.mark.parametrize("photometric", ["MONOCHROME2", "MONOCHROME1"])
def test_8_bit_voi_lut_with_more_than_256_entries(tmp_path, pixels, photometric):
    twelve_bits = pixels >> 4
    table = Dataset()
    table.LUTDescriptor = [4096, 0, 8]
    table.LUTData = (np.arange(4096) >> 4).astype(np.uint16).tolist()
    for item in table:
        item.VR = "US"
    tags = {"VOILUTSequence": [table], "PhotometricInterpretation": photometric}
    film, _ = read_film(save_dicom(tmp_path / "film.dcm", twelve_bits, bits=12, **tags))
    shown = twelve_bits >> 4
    expected = shown if photometric == "MONOCHROME2" else 255 - shown
    assert np.array_equal(film.T, expected.astype(np.float32))


@pytest.mark.parametrize(("slope", "first", "representation"), [(1, 0, "US"), (100, 0, "US"), (1, -1000, "SS")])
def test_grey_levels_outside_a_lut_are_clipped(tmp_path, pixels, slope, first, representation):
    table = Dataset()
    table.add_new("LUTDescriptor", representation, [4096, first, 16])
    table.add_new("LUTData", "OW", (np.arange(4096) * 16).astype("<u2").tobytes())
    tags = {"VOILUTSequence": [table], "RescaleSlope": slope, "RescaleIntercept": 0}
    film, _ = read_film(save_dicom(tmp_path / "film.dcm", pixels, **tags))
    assert np.array_equal(film.T, np.clip(pixels.astype(int) * slope - first, 0, 4095) * 16)


def test_magnification_is_read(tmp_path, pixels):
    tags = {"ImagerPixelSpacing": [0.14, 0.14], "EstimatedRadiographicMagnificationFactor": 1.1}
    assert read_film(save_dicom(tmp_path / "film.dcm", pixels, **tags))[1]["magnification"] == 1.1


def test_png_resolution_is_not_used_as_spacing(tmp_path, pixels):
    Image.fromarray(pixels).save(tmp_path / "film.png", dpi=(300, 300))
    assert np.isnan(read_film(tmp_path / "film.png")[1]["pixel_spacing_mm"]).all()


def test_rescale_window_and_padding(tmp_path):
    stored = np.tile(np.arange(100, 228, dtype=np.uint16), (96, 1))
    stored[:5] = 4000
    path = save_dicom(
        tmp_path / "film.dcm", stored, bits=12, RescaleSlope=2, RescaleIntercept=10, PixelPaddingValue=4000
    )
    film, _ = read_film(path)
    np.testing.assert_array_equal(film[:, 10], 2 * stored[10] + 10)
    assert (film[:, :5] == film[:, 10].min()).all()
    windowed = save_dicom(tmp_path / "window.dcm", stored[5:], bits=12, WindowCenter=164, WindowWidth=64)
    film, _ = read_film(windowed)
    assert film.min() == 0 and film.max() == 4095 and (np.diff(film[:, 0]) >= 0).all()


def test_window_that_hides_everything_is_ignored(tmp_path, pixels):
    for window in ({"WindowCenter": 60000.0, "WindowWidth": 1.0}, {"WindowCenter": 1.0, "WindowWidth": 0.0}):
        film, _ = read_film(save_dicom(tmp_path / "film.dcm", pixels // 2, **window))
        np.testing.assert_array_equal(film, (pixels // 2).T)


def test_dicom_with_a_tiff_header_in_its_preamble_is_dicom(chest_dicom):
    assert chest_dicom.read_bytes()[:4] == b"II*\x00"
    assert read_film(chest_dicom)[1]["inverted"]


def test_files_without_suffix_or_preamble_are_read(tmp_path, pixels):
    path = save_dicom(tmp_path / "film.dcm", pixels)
    bare = tmp_path / "bare"
    bare.write_bytes(path.read_bytes()[132:])
    np.testing.assert_array_equal(read_film(bare)[0], pixels.T)


def test_monai_loads_films_and_collates_them(tmp_path, pixels):
    load = LoadImaged("image", reader=FilmReader(), ensure_channel_first=True)
    films = [load({"image": str(path)}) for path in save_everywhere(tmp_path, pixels).values()]
    batch = list_data_collate(films)
    assert batch["image"].shape == (len(films), 1, 120, 150)


def test_itk_is_not_used(chest_dicom):
    """MONAI prefers ITK if it is installed; this must not affect our reader."""
    program = textwrap.dedent(
        """
        import sys, types
        if sys.argv[2] == "itk":
            itk = types.ModuleType("itk")
            itk.__version__ = "5.4.0"
            itk.imread = lambda *args, **kwargs: sys.exit("itk was asked to read")
            sys.modules["itk"] = itk
        from monai.transforms import LoadImage
        from chestxr.io import FilmReader
        film = LoadImage(reader=FilmReader(), image_only=True, ensure_channel_first=True)(sys.argv[1])
        print(tuple(film.shape), float(film.sum()))
        """
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program, str(chest_dicom), itk], capture_output=True, text=True, check=True
        ).stdout.splitlines()[-1]
        for itk in ("itk", "none")
    }
    assert len(outputs) == 1


def test_hash_and_header_match_the_decoded_bytes(tmp_path, pixels):
    path = save_dicom(tmp_path / "film.dcm", pixels, PatientName="Geheim^Anna")
    content = path.read_bytes()
    _, meta = read_film(path)
    path.unlink()
    assert meta["film_sha256"] == hashlib.sha256(content).hexdigest()
    stored = meta["dicom_header"].dataset
    assert str(stored.PatientName) == "Geheim^Anna" and "PixelData" not in stored
    for copied in (copy.deepcopy(meta), pickle.loads(pickle.dumps(meta))):
        assert copied["dicom_header"].dataset == stored
        assert "Geheim" not in f"{copied} {copied['dicom_header']}"


def test_other_formats_have_no_dicom_header(tmp_path, pixels):
    Image.fromarray(pixels).save(tmp_path / "film.png")
    assert read_film(tmp_path / "film.png")[1]["dicom_header"] == ""


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize(
    ("x", "y", "stored"),
    [
        (-1, -1, lambda film: film),  # ITK
        (1, 1, lambda film: film),  # MONAI and nibabel, without an orientation
        (-1, 1, lambda film: film[:, ::-1]),  # dcm2niix
        (1, -1, lambda film: film[::-1]),
    ],
)
def test_pictures_converted_to_nifti_are_upright(tmp_path, x, y, stored, transposed):
    film = np.random.default_rng(0).integers(0, 4096, (90, 70)).astype(np.float32)
    pixels, affine = stored(film), np.diag([0.2 * x, 0.3 * y, 1, 1])
    if transposed:
        pixels, affine = pixels.T, affine[:, [1, 0, 2, 3]]
    image = nib.Nifti1Image(pixels[..., None], affine)
    image.header.set_xyzt_units("mm")
    nib.save(image, tmp_path / "film.nii.gz")
    found, meta = read_film(tmp_path / "film.nii.gz")
    np.testing.assert_array_equal(found, film)
    np.testing.assert_allclose(meta["pixel_spacing_mm"], [0.2, 0.3], rtol=1e-6)


@pytest.mark.parametrize("encode", [imagecodecs.ljpeg_encode, imagecodecs.jpeg_encode])
def test_12_bit_jpeg(tmp_path, encode):
    film = (np.add.outer(np.arange(96), np.arange(80)) * 20).astype(np.uint16)
    (tmp_path / "film.jpg").write_bytes(encode(film, bitspersample=12))
    np.testing.assert_allclose(read_film(tmp_path / "film.jpg")[0].T, film, atol=40)


def test_white_is_zero_float_tiff_is_inverted(tmp_path):
    film = np.linspace(0, 1, 96 * 80, dtype=np.float32).reshape(96, 80)
    tifffile.imwrite(tmp_path / "film.tif", 1 - film, photometric="miniswhite")
    found, meta = read_film(tmp_path / "film.tif")
    np.testing.assert_allclose(found.T, film, atol=1e-6)
    assert meta["inverted"]
