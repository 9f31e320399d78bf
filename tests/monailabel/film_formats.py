"""One real film (1841 x 1955 px) in every format that the MONAI Label apps are tested with."""

from pathlib import Path

import nibabel as nib
import numpy as np
from monai.metrics import compute_dice
from PIL import Image
from pydicom.data import get_testdata_file
from torch import from_numpy

from chestxr.bundle.open import OpenBundle
from chestxr.io import read_film, read_mask
from tests.io.film_files import save_dicom

FORMATS = ("dicom", "monochrome1", "dx", "png8", "png16", "nifti")
CHEST = Path(get_testdata_file("RG1_UNCR.dcm", download=False))


def write_formats(folder: Path) -> Path:
    """Write the film in each of ``FORMATS``, named by format; the DX states its spacing."""
    film = read_film(CHEST)[0]
    scaled = ((film - film.min()) / np.ptp(film)).T
    twelve_bits = (scaled * 4095).astype(np.uint16)
    digital = {"Modality": "DX", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.1", "ImagerPixelSpacing": [0.2, 0.3]}
    save_dicom(folder / "dicom.dcm", twelve_bits, bits=12)
    save_dicom(folder / "monochrome1.dcm", 4095 - twelve_bits, bits=12, PhotometricInterpretation="MONOCHROME1")
    save_dicom(folder / "dx.dcm", twelve_bits, bits=12, **digital)
    Image.fromarray((scaled * 255).astype(np.uint8)).save(folder / "png8.png")
    Image.fromarray(twelve_bits * 16).save(folder / "png16.png")
    nib.save(nib.Nifti1Image(twelve_bits.T.astype(np.float32), np.diag([-1, -1, 1, 1])), folder / "nifti.nii.gz")
    return folder


def own_mask(bundle: OpenBundle, folder: Path, film: Path) -> np.ndarray:
    """Return the mask, (W, H), of a bundle opened with this output folder, as reference for the apps."""
    kind = film.name.split(".")[0]
    assert bundle.run_film({"film": kind, "image": str(film)}) is None
    return read_mask([folder / f"{kind}_lungs.png"])[0]


def smaller_dice(one: np.ndarray, other: np.ndarray) -> float:
    """Return the smaller Dice of the two lungs."""
    channels = (from_numpy(np.stack([mask == 1, mask == 2])[None].astype(np.float32)) for mask in (one, other))
    return float(compute_dice(*channels).min())
