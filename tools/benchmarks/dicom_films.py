"""Write PNG films as DICOM, as in an archive."""

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

__all__ = ["BITS", "FILM_KINDS", "detector_values", "write_dicom_films"]

# By name: the side in pixels, and the transfer syntax.
FILM_KINDS = {
    "512 px, uncompressed": (512, ExplicitVRLittleEndian),
    "512 px, JPEG 2000": (512, JPEG2000Lossless),
    "2,000 px, JPEG 2000": (2000, JPEG2000Lossless),
}

# Scales 8 bits of PNG films to the 12 of a detector.
BITS, _STEPS = 12, 16


def write_dicom_films(
    films: Sequence[dict], folder: Path, side: int, syntax: UID, noise: float = 0.0, seed: int = 0
) -> list[dict]:
    """
    Write PNG films as 12-bit digital radiographs in DICOM, without patient data.

    Parameters
    ----------
    films : sequence of dict
        Items with ``film`` and ``image``.
    folder : pathlib.Path
        Output folder; created if missing.
    side : int
        Width and height in pixels to resample films to. Upsampled films are smoother than those of a detector of that
        size, so they compress better and decode faster.
    syntax : pydicom.uid.UID
        Transfer syntax: ExplicitVRLittleEndian or JPEG2000Lossless.
    noise : float, optional
        Standard deviation of Gaussian noise that is added to each pixel, share of the range.
    seed : int, optional
        Seed of the noise.

    Returns
    -------
    list of dict
        ``film`` and ``image`` of the files written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    written = []
    for film in films:
        path = folder / f"{film['film']}.dcm"
        _write(detector_values(film["image"], side, noise, random), path, syntax)
        written.append({"film": film["film"], "image": str(path)})
    return written


def detector_values(image: str, side: int, noise: float, random: np.random.Generator) -> np.ndarray:
    """Return the values of a PNG film, shape (side, side), uint16 with 12 bits used, with Gaussian noise added."""
    picture = Image.open(image).convert("F").resize((side, side), Image.Resampling.BICUBIC)
    values = np.asarray(picture) * _STEPS + random.normal(0, noise * 2**BITS, (side, side))
    return values.round().clip(0, 2**BITS - 1).astype(np.uint16)


def _write(pixels: np.ndarray, path: Path, syntax: UID) -> None:
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
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, BITS, BITS - 1, 0
    dataset.PixelData = pixels.tobytes()
    if syntax == JPEG2000Lossless:
        _compress(dataset, pixels)
    dataset.save_as(path, enforce_file_format=True)


def _compress(dataset: FileDataset, pixels: np.ndarray) -> None:
    stream = imagecodecs.jpeg2k_encode(pixels, codecformat="j2k", reversible=True, bitspersample=BITS)
    dataset.PixelData = encapsulate([stream])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless
