"""DICOM films: computed and digital radiographs, secondary captures."""

import math
from datetime import datetime
from pathlib import Path

import numpy as np
from pydicom import uid
from pydicom.dataset import Dataset

from chestxr.io.decoded import DecodedImage, check_size
from chestxr.io.orientation import reorient
from chestxr.utils.errors import FilmError

from .consistency import GREY, check_pixel_data
from .dataset import open_dicom, without_pixels
from .image_kind import is_for_processing, is_other_part, other_view
from .lut import apply_luts, is_inverted
from .numbers import number_of, numbers_of
from .palette import apply_palette
from .pixels import decode_pixels
from .transfer_syntaxes import syntax_name

__all__ = ["read_dicom"]

_MODALITIES = ("CR", "DX", "DR", "RG", "OT", "SC", "")
# Common other modalities, which errors may name; no other text of a header is quoted.
_OTHER_MODALITIES = (
    *("CT", "MR", "US", "MG", "NM", "PT", "XA", "RF", "XC", "ES", "ECG", "IO", "PX", "OP", "OPT", "SM", "BMD"),
    *("SR", "SEG", "PR", "KO", "DOC", "REG", "RTIMAGE", "RTDOSE", "RTSTRUCT", "RTPLAN", "RTRECORD"),
)


def read_dicom(content: bytes, path: Path, least_side: int | None = None) -> DecodedImage:
    """
    Read a frontal film: modality and VOI LUT applied, bone white, upright.

    Spacing is PixelSpacing, else ImagerPixelSpacing (at the detector, with the estimated magnification); it is unknown
    if the values are missing or zero (DICOM PS3.3, 10.7.1.3).

    Raises
    ------
    FilmError
        If the file is broken, is not a single frontal radiograph, or has an unsupported encoding.
    """
    dataset = open_dicom(content, path)
    header = without_pixels(dataset)
    _complete(dataset, path)
    _check_kind(dataset, path)
    check_size(path, int(dataset.get("Columns") or 0), int(dataset.get("Rows") or 0))
    stored = _decode(dataset, path, least_side)
    inverted = is_inverted(dataset)
    pixels = _shown(stored, dataset, path)
    pixels, reoriented = _upright(dataset, pixels, path)
    spacing = _spacing(dataset)
    if spacing and reoriented.startswith("transposed"):
        spacing["spacing_mm"] = spacing["spacing_mm"][::-1]
    return DecodedImage(
        pixels,
        inverted=inverted,
        reoriented=reoriented,
        study_date=_study_date(dataset),
        header=header,
        **spacing,
    )


def _complete(dataset: Dataset, path: Path) -> None:
    """Complete the attributes that decoding needs: transfer syntax, photometric interpretation, samples per pixel."""
    if "PixelData" not in dataset:
        raise FilmError(path, "a DICOM object without pixel data", "a radiograph", "leave it out")
    _name_transfer_syntax(dataset)
    photometric = str(dataset.get("PhotometricInterpretation") or "").strip().upper()
    if photometric:
        dataset.PhotometricInterpretation = photometric
    if photometric in GREY and not dataset.get("SamplesPerPixel"):
        dataset.SamplesPerPixel = 1


def _name_transfer_syntax(dataset: Dataset) -> None:
    """Set the transfer syntax of a file without file meta information to the detected encoding."""
    if "TransferSyntaxUID" in dataset.file_meta:
        return
    if not dataset.is_little_endian:
        syntax = uid.ExplicitVRBigEndian
    else:
        syntax = uid.ImplicitVRLittleEndian if dataset.is_implicit_VR else uid.ExplicitVRLittleEndian
    dataset.file_meta.TransferSyntaxUID = syntax


def _check_kind(dataset: Dataset, path: Path) -> None:
    """Raise FilmError if the image is not a single frontal radiograph."""
    modality = str(dataset.get("Modality") or "").strip().upper()
    if modality not in _MODALITIES:
        known = f"modality {modality}" if modality in _OTHER_MODALITIES else "another modality"
        raise FilmError(path, known, "a radiograph (CR, DX or secondary capture)", "leave it out")
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames != 1:
        raise FilmError(path, f"{frames} frames", "a single frame", "save each frame as a film")
    if is_other_part(_body_parts(dataset)):
        found, remedy = "another part of the body in the header (BodyPartExamined)", "leave it out"
        raise FilmError(path, found, "a film of the chest", f"{remedy}, or have the header corrected if it is one")
    view = other_view(str(dataset.get("ViewPosition") or ""), _view_codes(dataset))
    if view:
        raise FilmError(path, f"a {view} view in the header", "a frontal film (PA or AP)", "leave it out")
    if is_for_processing(str(dataset.get("SOPClassUID") or ""), str(dataset.get("PresentationIntentType") or "")):
        found, remedy = "a detector's raw signal (FOR PROCESSING)", "use the corresponding image FOR PRESENTATION"
        raise FilmError(path, found, "an image for presentation", remedy)


def _body_parts(dataset: Dataset) -> list[str]:
    regions = dataset.get("AnatomicRegionSequence") or []
    return [str(dataset.get("BodyPartExamined") or ""), *(str(region.get("CodeMeaning") or "") for region in regions)]


def _view_codes(dataset: Dataset) -> list[tuple[str, str]]:
    items = dataset.get("ViewCodeSequence") or []
    return [(str(item.get("CodeValue") or ""), str(item.get("CodeMeaning") or "")) for item in items]


def _decode(dataset: Dataset, path: Path, least_side: int | None) -> np.ndarray:
    """Check the pixel data against the header and return the stored values."""
    check_pixel_data(dataset, path)
    try:
        return decode_pixels(dataset, path, least_side)
    except (FilmError, MemoryError):
        raise
    except Exception as error:  # decoders raise unrelated exceptions
        raise FilmError(
            path,
            f"pixel data in {syntax_name(dataset.file_meta.TransferSyntaxUID)} that cannot be decoded",
            "a whole DICOM file",
            "export or copy it again",
        ) from error


def _shown(stored: np.ndarray, dataset: Dataset, path: Path) -> np.ndarray:
    """Convert stored values to displayed ones: grey with bone white, or RGB."""
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        return apply_palette(stored, dataset, path)
    return apply_luts(stored, dataset) if stored.ndim == 2 else stored


def _upright(dataset: Dataset, pixels: np.ndarray, path: Path) -> tuple[np.ndarray, str]:
    """Turn the film upright by PatientOrientation; without it, the film is assumed to be upright."""
    orientation = dataset.get("PatientOrientation") or []
    codes = [] if isinstance(orientation, str) else [str(code) for code in orientation]
    if len(codes) != 2 or not all(codes):
        return pixels, ""
    return reorient(pixels, codes[0], codes[1], path)


def _study_date(dataset: Dataset) -> str:
    """Return the study date as 2026-11-30, "" if it is missing or not a date."""
    day = str(dataset.get("StudyDate") or "").strip().replace(".", "")
    if len(day) != 8:
        return ""
    try:
        return datetime.strptime(day, "%Y%m%d").date().isoformat()
    except ValueError:
        return ""


def _spacing(dataset: Dataset) -> dict:
    """Return the spacing fields of DecodedImage."""
    for source in ("PixelSpacing", "ImagerPixelSpacing"):
        spacing = _two_positive(numbers_of(dataset, source))
        if spacing is not None:
            between_rows, between_columns = spacing
            estimated = number_of(dataset, "EstimatedRadiographicMagnificationFactor")
            factor = None if source == "PixelSpacing" else estimated
            return {
                "spacing_mm": (between_columns, between_rows),
                "spacing_source": source,
                "magnification": math.nan if factor is None else factor,
            }
    return {}


def _two_positive(values: list[float]) -> tuple[float, float] | None:
    """Return two numbers above zero, or None."""
    return (values[0], values[1]) if len(values) == 2 and min(values) > 0 else None
