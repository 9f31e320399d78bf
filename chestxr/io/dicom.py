"""Films stored as DICOM: computed and digital radiographs, secondary captures."""

import math
import struct
from datetime import datetime
from pathlib import Path

import numpy as np
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from .dicom_file import open_dicom
from .dicom_pixels import decode_pixels
from .errors import FilmError
from .orientation import turn_upright
from .palette import apply_palette
from .pixel_claims import check_claims
from .stored_film import StoredFilm, check_size
from .transfer_syntaxes import syntax_name

try:
    from pydicom.pixels import apply_modality_lut, apply_voi_lut
except ImportError:  # pydicom 2
    from pydicom.pixel_data_handlers.util import apply_modality_lut, apply_voi_lut

__all__ = ["LATERAL_VIEWS", "read_dicom"]

_MODALITIES = ("CR", "DX", "RG", "OT", "SC", "")
# Of the others those that archives are full of: no other word of a header is quoted.
_OTHER_MODALITIES = (
    *("CT", "MR", "US", "MG", "NM", "PT", "XA", "RF", "XC", "ES", "ECG", "IO", "PX", "OP", "OPT", "SM", "BMD"),
    *("SR", "SEG", "PR", "KO", "DOC", "REG", "RTIMAGE", "RTDOSE", "RTSTRUCT", "RTPLAN", "RTRECORD"),
)
LATERAL_VIEWS = ("LL", "RL", "LLD", "RLD", "LATERAL")


def read_dicom(path: Path) -> StoredFilm:
    """
    Read a frontal film: modality and VOI LUT applied, bone white, upright.

    Spacing is PixelSpacing, else ImagerPixelSpacing (at the detector, with the estimated magnification noted); values
    that are missing or zero mean that it is unknown (DICOM PS3.3, 10.7.1.3).

    Raises
    ------
    FilmError
        If the file is broken, is no single frontal radiograph, or is encoded as no film is that is read.
    """
    dataset = _read_dataset(path)
    _check_kind(dataset, path)
    check_size(path, int(dataset.get("Columns") or 0), int(dataset.get("Rows") or 0))
    stored = _decode(dataset, path)
    inverted = dataset.get("PhotometricInterpretation") == "MONOCHROME1"
    pixels = _shown(stored, dataset, path)
    pixels, reoriented = _upright(dataset, pixels, path)
    spacing = _spacing(dataset)
    if spacing and reoriented.startswith("transposed"):
        spacing["spacing_mm"] = spacing["spacing_mm"][::-1]
    return StoredFilm(pixels, inverted=inverted, reoriented=reoriented, study_date=_study_date(dataset), **spacing)


def _read_dataset(path: Path) -> Dataset:
    dataset = open_dicom(path)
    if "PixelData" not in dataset:
        raise FilmError(path, "a DICOM object without pixel data", "a radiograph", "leave it out")
    _name_transfer_syntax(dataset)
    return dataset


def _name_transfer_syntax(dataset: Dataset) -> None:
    """Write the encoding that a file without file meta information was found to have into that information."""
    if "TransferSyntaxUID" in dataset.file_meta:
        return
    if not dataset.is_little_endian:
        syntax = uid.ExplicitVRBigEndian
    else:
        syntax = uid.ImplicitVRLittleEndian if dataset.is_implicit_VR else uid.ExplicitVRLittleEndian
    dataset.file_meta.TransferSyntaxUID = syntax


def _check_kind(dataset: Dataset, path: Path) -> None:
    """Refuse what is not one frontal radiograph."""
    modality = str(dataset.get("Modality") or "")
    if modality not in _MODALITIES:
        known = f"modality {modality}" if modality in _OTHER_MODALITIES else "another modality"
        raise FilmError(path, known, "a radiograph (CR, DX or secondary capture)", "leave it out")
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames != 1:
        raise FilmError(path, f"{frames} frames", "a single frame", "save each frame as a film")
    view = str(dataset.get("ViewPosition") or "")
    if view in LATERAL_VIEWS:
        raise FilmError(
            path, f"a lateral film (ViewPosition {view})", "a frontal film (PA or AP)", "leave laterals out"
        )


def _decode(dataset: Dataset, path: Path) -> np.ndarray:
    """Return the stored values, after making sure that they are what the header says."""
    check_claims(dataset, path)
    try:
        return decode_pixels(dataset, path)
    except (FilmError, MemoryError):
        raise
    except Exception as error:  # decoders raise errors of their own kinds
        raise FilmError(
            path,
            f"pixel data in {syntax_name(dataset.file_meta.TransferSyntaxUID)} that does not decode",
            "a whole DICOM file",
            "export or copy it again",
        ) from error


def _shown(stored: np.ndarray, dataset: Dataset, path: Path) -> np.ndarray:
    """Make of stored values what is shown: grey with bone white, or RGB."""
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        return apply_palette(stored, dataset, path)
    return _bone_white(stored, dataset) if stored.ndim == 2 else stored


def _bone_white(stored: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Apply the LUTs, invert MONOCHROME1, and darken the padding around the film."""
    values = _apply_luts(stored, dataset)
    if dataset.get("PhotometricInterpretation") == "MONOCHROME1":
        low, high = _value_range(dataset)
        values = (low + high) - values.astype(np.float64)
    padding = _padding(stored, dataset)
    if padding.any() and not padding.all():
        values = np.where(padding, values[~padding].min(), values)
    return values


def _apply_luts(stored: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Apply modality LUT and the first VOI LUT or window; a window that leaves nothing to see is passed over."""
    values = apply_modality_lut(stored, dataset)
    try:
        windowed = _apply_voi(values, dataset)
    except (ValueError, KeyError, IndexError, NotImplementedError, TypeError, OverflowError, struct.error):
        return values
    return windowed if np.ptp(windowed) > 0 else values


def _apply_voi(values: np.ndarray, dataset: Dataset) -> np.ndarray:
    """
    Apply the first VOI LUT or window.

    pydicom counts grey levels in the type of the table's entries: those that a rescale brings beyond it, and in a table
    of 8 bits those from 256 on, would begin anew.
    """
    described = _described(dataset, "VOILUTSequence")
    if not described:
        return apply_voi_lut(values, dataset, index=0)
    entries, first, bits = described
    values = np.clip(values, np.float64(first), np.float64(first + (entries or 2**16) - 1))
    described[2] = 16 if bits == 8 else bits
    try:
        return apply_voi_lut(values, dataset, index=0)
    finally:
        described[2] = bits


def _described(dataset: Dataset, sequence: str) -> MultiValue | None:
    """Return entries, first value and bits of a sequence's first table, None if there is no whole one."""
    table = (dataset.get(sequence) or [Dataset()])[0]
    return None if table.get("LUTData") is None else table.get("LUTDescriptor")


def _value_range(dataset: Dataset) -> tuple[float, float]:
    """Return the lowest and highest value that the film can have after its LUTs."""
    for sequence in ("VOILUTSequence", "ModalityLUTSequence"):
        if described := _described(dataset, sequence):
            return 0.0, float(2 ** int(described[2]) - 1)
    bits = int(dataset.BitsStored)
    low, high = (0, 2**bits - 1) if dataset.PixelRepresentation == 0 else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    slope, intercept = float(dataset.get("RescaleSlope") or 1), float(dataset.get("RescaleIntercept") or 0)
    return low * slope + intercept, high * slope + intercept


def _padding(stored: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Mark the pixels that are padding, not film (DICOM PS3.3, C.7.5.1.1.2)."""
    value = dataset.get("PixelPaddingValue")
    if value is None:
        return np.zeros(stored.shape, dtype=bool)
    limit = dataset.get("PixelPaddingRangeLimit")
    ends = sorted((int(value), int(value if limit is None else limit)))
    return (stored >= ends[0]) & (stored <= ends[1])


def _upright(dataset: Dataset, pixels: np.ndarray, path: Path) -> tuple[np.ndarray, str]:
    """Turn the film as PatientOrientation says; a film that does not say is taken as upright."""
    orientation = dataset.get("PatientOrientation") or []
    codes = [] if isinstance(orientation, str) else [str(code) for code in orientation]
    if len(codes) != 2 or not all(codes):
        return pixels, ""
    return turn_upright(pixels, *codes, path)


def _study_date(dataset: Dataset) -> str:
    """Return the day of the study as 2026-11-30, "" if it states none that is a date."""
    day = str(dataset.get("StudyDate") or "").strip().replace(".", "")
    if len(day) != 8:
        return ""
    try:
        return datetime.strptime(day, "%Y%m%d").date().isoformat()
    except ValueError:
        return ""


def _spacing(dataset: Dataset) -> dict:
    """Return StoredFilm's fields on spacing."""
    for source in ("PixelSpacing", "ImagerPixelSpacing"):
        spacing = _two_positive(dataset.get(source))
        if spacing is not None:
            between_rows, between_columns = spacing
            factor = dataset.get("EstimatedRadiographicMagnificationFactor") if source != "PixelSpacing" else None
            return {
                "spacing_mm": (between_columns, between_rows),
                "spacing_source": source,
                "magnification": math.nan if factor is None else float(factor),
            }
    return {}


def _two_positive(values) -> tuple[float, float] | None:
    """Return two finite numbers above zero, or None."""
    try:
        first, second = (float(value) for value in values)
    except (TypeError, ValueError):
        return None
    valid = all(math.isfinite(value) and value > 0 for value in (first, second))
    return (first, second) if valid else None
