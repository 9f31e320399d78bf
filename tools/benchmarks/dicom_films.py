"""Films written as an archive keeps them."""

from collections.abc import Sequence
from pathlib import Path

import imagecodecs
import numpy as np
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    generate_uid,
)

__all__ = ["write_dicom_films"]

# Of PNG films' 8 bits make the 12 of a detector.
_BITS, _STEPS = 12, 16


def write_dicom_films(films: Sequence[dict], folder: Path, side: int, syntax: UID) -> list[dict]:
    """
    Write films in PNG as digital radiographs in DICOM, 12 bits, nobody's.

    Parameters
    ----------
    films : sequence of dict
        ``film`` and ``image`` each.
    folder : pathlib.Path
        Folder to write to; made if it is not there.
    side : int
        Width and height in pixels that the films are brought to. Films that were made larger are smoother than those
        of a detector of that size, so they are smaller when compressed, and decoded sooner.
    syntax : pydicom.uid.UID
        Transfer syntax: ExplicitVRLittleEndian or JPEG2000Lossless.

    Returns
    -------
    list of dict
        ``film`` and ``image`` of what was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [
        {"film": film["film"], "image": str(_write(film, folder / f"{film['film']}.dcm", side, syntax))}
        for film in films
    ]


def _write(film: dict, path: Path, side: int, syntax: UID) -> Path:
    picture = Image.open(film["image"]).convert("F").resize((side, side), Image.Resampling.BICUBIC)
    pixels = (np.asarray(picture) * _STEPS).round().clip(0, 2**_BITS - 1).astype(np.uint16)
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset = FileDataset(path, {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    dataset.Modality, dataset.ViewPosition = "DX", "PA"
    dataset.PatientOrientation = ["L", "F"]
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, _BITS, _BITS - 1, 0
    dataset.PixelData = pixels.tobytes()
    if syntax == JPEG2000Lossless:
        _compress(dataset, pixels)
    dataset.save_as(path, enforce_file_format=True)
    return path


def _compress(dataset: FileDataset, pixels: np.ndarray) -> None:
    stream = imagecodecs.jpeg2k_encode(pixels, codecformat="j2k", reversible=True, bitspersample=_BITS)
    dataset.PixelData = encapsulate([stream])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless
