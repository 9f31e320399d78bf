"""Regression tests with broken and hostile files: rejected within bounds, without naming the patient."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.fuzzing.bounded_reader import BoundedReader
from tools.fuzzing.seeds import make_seeds

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).with_name("hostile")
_CUT = "truncated or broken pixel data"
# The expected error of each file, digits as 0.
FOUND = {
    "dicom_300000_items.dcm": "a header with too many elements",
    "dicom_deflated_bomb.dcm": "a file of more than 000 MiB",
    "dicom_deflated_sequence_of_2000000_items.dcm": "a header of more than 0 MiB",
    "dicom_half_the_rows.dcm": "more pixel data than rows and columns hold",
    "dicom_jpeg2000_of_128_bits_that_ended_gdcm.dcm": (
        "pixel data in JPEG 0000 Image Compression (Lossless Only) that cannot be decoded"
    ),
    "dicom_jpeg2000_of_other_size_than_rows.dcm": "a compressed image of another size or type than the header",
    "dicom_jpeg_lossless_in_ybr_that_ended_gdcm.dcm": (
        "pixel data in JPEG Lossless, Non-Hierarchical, First-Order Prediction (Process 00 [Selection Value 0]) "
        "that cannot be decoded"
    ),
    "dicom_jpeg_ls_in_ybr_that_ended_gdcm.dcm": (
        "pixel data in JPEG-LS Lossless Image Compression that cannot be decoded"
    ),
    "dicom_jpeg_of_1000_scans.dcm": "a JPEG image with too many scans",
    "dicom_jpeg_of_32_bits_allocated.dcm": "compressed values of 00 bits",
    "dicom_jpeg_of_other_size_than_rows.dcm": "a compressed image of another size or type than the header",
    "dicom_name_as_modality.dcm": "another modality",
    "dicom_runs_of_two_planes.dcm": "another number of RLE segments than the header says",
    "dicom_runs_that_stop_early.dcm": "truncated pixel data",
    "dicom_sequences_3000_deep.dcm": "a truncated or broken DICOM file",
    "jpeg_of_1000_scans.jpg": "a JPEG image with too many scans",
    "nifti_bomb.nii.gz": "a truncated or broken NIfTI file",
    "nifti_complex_values.nii": "an image in colours or complex numbers",
    "nifti_more_values_than_claimed.nii": "more values than its header says",
    "nifti_offset_of_3_gb.nii": "a truncated or broken NIfTI file",
    "nifti_values_cut_off.nii": "a truncated or broken NIfTI file",
    "nifti_values_in_another_file.nii": "a NIfTI header without its values",
    "png_broken_checksum_of_pixels.png": _CUT,
    "png_half_the_rows_claimed.png": _CUT,
    "png_side_bomb.png": "invalid values in the header",
    "png_twice_the_rows_claimed.png": _CUT,
    "png_two_headers.png": _CUT,
    "png_without_end.png": _CUT,
    "tiff_of_one_dimension.tif": "an unsupported compression",
}


@pytest.fixture(scope="module")
def reader():
    with BoundedReader() as process:
        yield process


def test_every_kept_file_is_listed():
    assert {path.stem for path in FOLDER.glob("*.gz")} == set(FOUND)


@pytest.mark.parametrize("name", FOUND)
def test_hostile_file_is_rejected_within_bounds_without_naming_the_patient(name, reader, tmp_path):
    path = tmp_path / name
    path.write_bytes(gzip.decompress((FOLDER / f"{name}.gz").read_bytes()))
    outcome = reader.read(path, path)
    assert (outcome.kind, outcome.detail) == ("refused", FOUND[name]), outcome.text


SEEDS = make_seeds()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SEEDS)), st.data())
def test_overwritten_bytes_give_a_film_or_a_film_error(reader, tmp_path_factory, name, data):
    whole = SEEDS[name]
    place = data.draw(st.integers(0, len(whole)))
    written = data.draw(st.binary(min_size=1, max_size=64))
    path = tmp_path_factory.getbasetemp() / "written_over"
    path.write_bytes(whole[:place] + written + whole[place + len(written) :])
    outcome = reader.read(path, None)
    assert outcome.kind != "finding", outcome.text
