"""Write one film in many formats."""

from pathlib import Path

import imagecodecs
import nibabel as nib
import numpy as np
import tifffile
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian, generate_uid


def dicom_dataset(pixels: np.ndarray, bits: int = 16, **tags) -> Dataset:
    """Return a computed radiograph of grey pixels (rows, columns); tags are added or replaced."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = ComputedRadiographyImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid()
    dataset.Modality = "CR"
    dataset.PatientName = "Geheim^Gustav"
    dataset.PatientID = "ID-4711"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = 8 if bits <= 8 else 16
    dataset.BitsStored, dataset.HighBit = bits, bits - 1
    dataset.PixelRepresentation = 0
    dataset.PixelData = pixels.astype(np.uint8 if bits <= 8 else np.uint16).tobytes()
    for name, value in tags.items():
        setattr(dataset, name, value)
    return dataset


def save_dicom(path: Path, pixels: np.ndarray, bits: int = 16, **tags) -> Path:
    """Write an uncompressed computed radiograph."""
    dataset = dicom_dataset(pixels, bits, **tags)
    dataset.is_little_endian, dataset.is_implicit_VR = True, False
    dataset.save_as(path, write_like_original=False)
    return path


def save_compressed(path: Path, stream: bytes, syntax: str, pixels: np.ndarray, bits: int = 16, **tags) -> Path:
    """Write a computed radiograph with a compressed frame."""
    dataset = dicom_dataset(pixels, bits, **tags)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate([stream])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.is_little_endian, dataset.is_implicit_VR = True, False
    dataset.save_as(path, write_like_original=False)
    return path


def save_everywhere(folder: Path, pixels: np.ndarray) -> dict[str, Path]:
    """Write 16-bit pixels (rows, columns), bone white, in every lossless format that the reader supports."""
    rgb = np.repeat(pixels[..., None], 3, axis=2)
    alpha = np.full_like(pixels, 65535)
    paths = {
        "DICOM MONOCHROME2": save_dicom(folder / "m2.dcm", pixels),
        "DICOM MONOCHROME1": save_dicom(folder / "m1.dcm", 65535 - pixels, PhotometricInterpretation="MONOCHROME1"),
        "DICOM mirrored": save_dicom(folder / "mirrored", pixels[:, ::-1], PatientOrientation=["R", "F"]),
        "DICOM upside down": save_dicom(folder / "down.dcm", pixels[::-1], PatientOrientation=["L", "H"]),
        "DICOM transposed": save_dicom(folder / "turned.dcm", pixels.T, PatientOrientation=["F", "L"]),
    }
    Image.fromarray(pixels).save(folder / "grey.png")
    (folder / "rgb.png").write_bytes(imagecodecs.png_encode(rgb))
    (folder / "rgba.png").write_bytes(imagecodecs.png_encode(np.dstack([rgb, alpha])))
    (folder / "la.png").write_bytes(imagecodecs.png_encode(np.dstack([pixels, alpha])))
    tifffile.imwrite(folder / "grey.tif", pixels, photometric="minisblack")
    tifffile.imwrite(folder / "white_is_zero.tif", 65535 - pixels, photometric="miniswhite")
    tifffile.imwrite(folder / "rgb.tif", rgb, photometric="rgb", compression="lzw")
    with tifffile.TiffWriter(folder / "thumbnail.tif") as tiff:
        for page, kind in ((pixels[::4, ::4], 1), (pixels, 0)):
            tiff.write(np.ascontiguousarray(page), photometric="minisblack", subfiletype=kind)
    for codec in ("j2k", "jp2"):
        (folder / f"grey.{codec}").write_bytes(imagecodecs.jpeg2k_encode(pixels, codecformat=codec, reversible=True))
    (folder / "rgb.jp2").write_bytes(imagecodecs.jpeg2k_encode(rgb, codecformat="jp2", reversible=True, mct=True))
    nib.save(nib.Nifti1Image(pixels.T.astype(np.float32), np.diag([-1, -1, 1, 1])), folder / "picture.nii.gz")
    coronal = np.array([[-1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1.0]])
    nib.save(nib.Nifti1Image(pixels.T[..., None].astype(np.float32), coronal), folder / "coronal.nii")
    flipped = coronal * np.array([-1, 1, 1, 1])
    nib.save(nib.Nifti1Image(pixels.T[::-1, :, None].astype(np.float32), flipped), folder / "mirrored.nii")
    names = (
        *("grey.png", "rgb.png", "rgba.png", "la.png", "grey.tif", "white_is_zero.tif", "rgb.tif", "thumbnail.tif"),
        *("grey.j2k", "grey.jp2", "rgb.jp2", "picture.nii.gz", "coronal.nii", "mirrored.nii"),
    )
    return paths | {name: folder / name for name in names}
