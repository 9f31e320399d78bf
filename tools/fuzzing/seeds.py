"""Seed films: real DICOM headers with small pixels in every encoding, PNG, NIfTI, JPEG, JPEG 2000, TIFF and BMP."""

import gzip
import io

import imagecodecs
import nibabel as nib
import numpy as np
import pydicom
import tifffile
from PIL import Image
from pydicom import uid
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from tests.phantom import chest_film

__all__ = ["PATIENT_ID", "PATIENT_NAME", "SECRETS", "make_seeds"]

PATIENT_NAME, PATIENT_ID = "Geheim^Gustav", "GEHEIM-4711-XQ"
# Secrets that no error, log or warning may contain, in lower case.
SECRETS = ("geheim", "gustav", "4711-xq")

_REAL = {"chest": ("RG1_UNCR.dcm", 8), "leg": ("RG3_UNCR.dcm", 10)}


def make_seeds() -> dict[str, bytes]:
    """
    Create the seed films.

    Returns
    -------
    dict of str to bytes
        Files by name; the part before the first "/" is the format ("dicom", "png", "nifti", "jpeg", "jpeg2000",
        "tiff", "bmp"), the next the film ("chest": a real one, "leg": a real one, "phantom").
    """
    seeds = {}
    for film in _REAL:
        seeds |= {f"dicom/{film}/{name}": content for name, content in _dicom_forms(_real_header(film)).items()}
    grey = _real_header("chest").pixel_array
    chest = grey.max() - grey
    phantom = chest_film((176, 192), seed=3)[0].T
    for film, pixels in (("chest", chest / chest.max()), ("phantom", phantom / phantom.max())):
        seeds |= {name.replace("/", f"/{film}/"): content for name, content in _plain_forms(pixels).items()}
    return seeds


def _real_header(film: str) -> Dataset:
    """Return a real film, downsampled, without patient data."""
    name, step = _REAL[film]
    dataset = pydicom.dcmread(get_testdata_file(name, download=False))
    pixels = dataset.pixel_array[::step, ::step]
    # Otherwise the leg is refused by its header, and its pixels are never decoded.
    dataset.BodyPartExamined = "CHEST"
    dataset.PatientName, dataset.PatientID = PATIENT_NAME, PATIENT_ID
    dataset.Rows, dataset.Columns = pixels.shape
    return _with_pixels(dataset, uid.ExplicitVRLittleEndian, pixels.astype("<u2").tobytes())


def _with_pixels(dataset: Dataset, syntax: uid.UID, pixel_data: bytes, **tags) -> Dataset:
    """Return a copy with other pixel data."""
    copy = pydicom.dcmread(io.BytesIO(_written(dataset)))
    copy.file_meta.TransferSyntaxUID = syntax
    for keyword, value in tags.items():
        setattr(copy, keyword, value)
    copy.PixelData = encapsulate([pixel_data]) if syntax.is_encapsulated else pixel_data
    copy["PixelData"].VR = "OB" if syntax.is_encapsulated or copy.BitsAllocated == 8 else "OW"
    copy["PixelData"].is_undefined_length = syntax.is_encapsulated
    return copy


def _written(dataset: Dataset) -> bytes:
    """Write a file in its transfer syntax, regardless of the source's."""
    dataset.decode()
    free = Dataset(dataset)
    free.file_meta = dataset.file_meta
    target = io.BytesIO()
    free.save_as(target, enforce_file_format=True)
    return target.getvalue()


def _dicom_forms(dataset: Dataset) -> dict[str, bytes]:
    """Return one film in each transfer syntax used for radiographs."""
    pixels = dataset.pixel_array
    eight = (pixels.astype(float) * 255 / pixels.max()).astype(np.uint8)
    twelve = (pixels.astype(float) * 4095 / pixels.max()).astype(np.uint16)
    of_eight = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7, "WindowCenter": None, "WindowWidth": None}
    of_twelve = {"BitsStored": 12, "HighBit": 11, "WindowCenter": None, "WindowWidth": None}
    rgb = np.repeat(eight[..., None], 3, axis=2)
    of_rgb = of_eight | {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": 0}
    plain = pixels.astype("<u2").tobytes()
    big = _with_pixels(dataset, uid.ExplicitVRBigEndian, pixels.astype(">u2").tobytes())
    rle = _with_pixels(dataset, uid.ExplicitVRLittleEndian, plain)
    rle.compress(uid.RLELossless, generate_instance_uid=False)
    forms = {
        "explicit": _with_pixels(dataset, uid.ExplicitVRLittleEndian, plain),
        "implicit": _with_pixels(dataset, uid.ImplicitVRLittleEndian, plain),
        "big_endian": big,
        "deflated": _with_pixels(dataset, uid.DeflatedExplicitVRLittleEndian, plain),
        "rle": rle,
        "jpeg": _with_pixels(dataset, uid.JPEGBaseline8Bit, imagecodecs.jpeg8_encode(eight), **of_eight),
        "jpeg12": _with_pixels(
            dataset, uid.JPEGExtended12Bit, imagecodecs.jpeg_encode(twelve, bitspersample=12), **of_twelve
        ),
        "jpeg_lossless": _with_pixels(
            dataset, uid.JPEGLosslessSV1, imagecodecs.ljpeg_encode(twelve, bitspersample=12), **of_twelve
        ),
        "jpeg_ls": _with_pixels(dataset, uid.JPEGLSLossless, imagecodecs.jpegls_encode(pixels)),
        "j2k": _with_pixels(
            dataset, uid.JPEG2000Lossless, imagecodecs.jpeg2k_encode(pixels, codecformat="j2k", reversible=True)
        ),
        "j2k_lossy": _with_pixels(
            dataset, uid.JPEG2000, imagecodecs.jpeg2k_encode(pixels, codecformat="j2k", level=60)
        ),
        "j2k_rgb": _with_pixels(
            dataset,
            uid.JPEG2000Lossless,
            imagecodecs.jpeg2k_encode(rgb, codecformat="j2k", reversible=True, mct=True),
            **of_rgb | {"PhotometricInterpretation": "YBR_RCT"},
        ),
        "htj2k": _with_pixels(
            dataset, uid.HTJ2KLossless, imagecodecs.htj2k_encode(pixels.astype(np.uint16), reversible=True)
        ),
        "rgb": _with_pixels(dataset, uid.ExplicitVRLittleEndian, rgb.tobytes(), **of_rgb),
        "mono2": _with_pixels(
            dataset,
            uid.ExplicitVRLittleEndian,
            (pixels.max() - pixels).astype("<u2").tobytes(),
            PhotometricInterpretation="MONOCHROME2",
            WindowCenter=None,
            WindowWidth=None,
        ),
        "voi_lut": _with_voi_lut(_with_pixels(dataset, uid.ExplicitVRLittleEndian, twelve.tobytes(), **of_twelve)),
        "palette": _with_palette(_with_pixels(dataset, uid.ExplicitVRLittleEndian, twelve.tobytes(), **of_twelve)),
        "jpeg_ls_ybr": _with_pixels(
            dataset,
            uid.JPEGLSLossless,
            imagecodecs.jpegls_encode(np.dstack([eight, np.full_like(rgb[..., :2], 128)])),
            **of_rgb | {"PhotometricInterpretation": "YBR_FULL"},
        ),
    }
    files = {name: _written(form) for name, form in forms.items()}
    return files | {"bare": _bare(dataset)}


def _with_voi_lut(dataset: Dataset) -> Dataset:
    """Add two 12-bit VOI LUTs in a sequence of defined length; the first, which is applied, keeps levels distinct."""
    dataset.VOILUTSequence = []
    for bits in (16, 8):
        table = Dataset()
        table.add_new("LUTDescriptor", "US", [4096, 0, bits])
        table.add_new("LUTData", "OW", (np.arange(4096) * 2**bits // 4096).astype("<u2").tobytes())
        dataset.VOILUTSequence.append(table)
    return dataset


def _with_palette(dataset: Dataset) -> Dataset:
    """Map the levels to an 8-bit grey palette."""
    dataset.PhotometricInterpretation = "PALETTE COLOR"
    for colour in ("Red", "Green", "Blue"):
        dataset.add_new(f"{colour}PaletteColorLookupTableDescriptor", "US", [4096, 0, 8])
        levels = (np.arange(4096) >> 4).astype(np.uint8)
        dataset.add_new(f"{colour}PaletteColorLookupTableData", "OW", levels.tobytes())
    return dataset


def _bare(dataset: Dataset) -> bytes:
    """Return a data set alone, without preamble and file meta information."""
    dataset.decode()
    target = io.BytesIO()
    pydicom.dcmwrite(target, Dataset(dataset), implicit_vr=True, little_endian=True, enforce_file_format=False)
    return target.getvalue()


def _plain_forms(unit: np.ndarray) -> dict[str, bytes]:
    """Return values from 0 to 1 (rows, columns) as image files and NIfTI."""
    eight, sixteen = (unit * 255).astype(np.uint8), (unit * 65535).astype(np.uint16)
    rgb = np.repeat(eight[..., None], 3, axis=2)
    greys = np.repeat((np.arange(256) * 257).astype(np.uint16)[None], 3, axis=0)
    return {
        "png/grey8": _saved(eight, "png"),
        "png/grey16": _saved(sixteen, "png"),
        "png/rgb8": _saved(rgb, "png"),
        "png/rgb16": imagecodecs.png_encode(np.repeat(sixteen[..., None], 3, axis=2)),
        "png/palette": _saved(Image.fromarray(eight).convert("P"), "png"),
        "nifti/nii": _nifti(eight.T),
        "nifti/scaled": _nifti(sixteen.T, slope=0.5),
        "nifti/gz": gzip.compress(_nifti(sixteen.T.astype(np.float32)), mtime=0),
        "nifti/coronal": _nifti(eight.T[:, None, ::-1], np.diag([-1, 1, 1, 1.0])),
        "jpeg2000/j2k": imagecodecs.jpeg2k_encode(sixteen, codecformat="j2k", reversible=True),
        "jpeg2000/jp2": imagecodecs.jpeg2k_encode(eight, codecformat="jp2", level=60),
        "jpeg2000/rgb": imagecodecs.jpeg2k_encode(rgb, codecformat="jp2", reversible=True, mct=True),
        "bmp/grey": _saved(eight, "bmp"),
        "bmp/rgb": _saved(rgb, "bmp"),
        "jpeg/grey": _saved(eight, "jpeg"),
        "jpeg/progressive": _saved(rgb, "jpeg", progressive=True),
        "tiff/grey16": _tiff(sixteen),
        "tiff/deflated": _tiff(eight, compression="zlib"),
        "tiff/big": _tiff(sixteen, bigtiff=True, byteorder=">"),
        "tiff/floats": _tiff(unit.astype(np.float32)),
        "tiff/jpeg": _tiff(eight, compression="jpeg", rowsperstrip=64),
        "tiff/lzw": _tiff(sixteen, compression="lzw", predictor=True, rowsperstrip=64),
        "tiff/one_bit": _tiff(unit > np.median(unit)),
        "tiff/packbits": _tiff(eight, compression="packbits", photometric="miniswhite"),
        "tiff/palette": _tiff(eight, photometric="palette", colormap=greys),
        "tiff/planes": _tiff(np.moveaxis(rgb, 2, 0), photometric="rgb", planarconfig="separate"),
        "tiff/tiles": _tiff(rgb, compression="zlib", photometric="rgb", tile=(64, 64)),
    }


def _saved(picture: np.ndarray | Image.Image, kind: str, **options) -> bytes:
    target = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(target, kind, **options)
    return target.getvalue()


def _nifti(pixels: np.ndarray, affine: np.ndarray | None = None, slope: float | None = None) -> bytes:
    image = nib.Nifti1Image(pixels, np.diag([-1, -1, 1, 1.0]) if affine is None else affine)
    image.header["descrip"] = PATIENT_NAME
    content = image.to_bytes()
    if slope is None:
        return content
    return content[:112] + np.array([slope, 0], "<f4").tobytes() + content[120:]


def _tiff(pixels: np.ndarray, **options) -> bytes:
    target = io.BytesIO()
    options = {"photometric": "minisblack", "description": f"patient {PATIENT_NAME}"} | options
    tifffile.imwrite(target, pixels, **options)
    return target.getvalue()
