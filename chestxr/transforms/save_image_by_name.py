"""Write the result of a film under the name of the film."""

from collections.abc import Hashable, Mapping
from os import PathLike
from pathlib import Path

import nibabel as nib
import numpy as np
from monai.config import DtypeLike, KeysCollection
from monai.data import MetaTensor
from monai.transforms import SaveImaged
from monai.utils import TransformBackends, convert_data_type
from PIL import Image

from chestxr.utils.atomic import atomic_write

__all__ = ["SaveImageByNamed"]

# Of 9: label maps hardly become smaller beyond it, and take several times as long.
_COMPRESSION = 1


class SaveImageByNamed(SaveImaged):
    """
    Dictionary-based writing of masks and probabilities, whole or not at all.

    Unlike :py:class:`monai.transforms.SaveImaged` it names files by the item's ``film``, which no other film of the
    list has, so that films of one file name in two folders do not overwrite each other. It is a ``SaveImaged`` by class
    and by name, since programs that write results themselves leave such transforms out: MONAI Label those of this
    class, MONAI Deploy those with ``SaveImage`` in their name.

    Parameters
    ----------
    keys : str or sequence of str
        Items to write: (C, W, H) MetaTensors.
    output_dir : str or os.PathLike
        Folder to write to.
    postfix : str
        What to add to the film's name, after an underscore.
    output_ext : str, optional
        ".png" (one channel), ".nii.gz" or ".nii". NIfTI carries the film's affine, and so its spacing if that is known.
    output_dtype : dtype, optional
        Type to write: label maps are 0, 1, 2 in 8 bits.
    allow_missing_keys : bool, optional
        Pass over items that a film does not have.

    Raises
    ------
    ValueError
        If the ending is not one of those three.
    """

    backend = [TransformBackends.NUMPY]

    def __init__(
        self,
        keys: KeysCollection,
        output_dir: str | PathLike,
        postfix: str,
        output_ext: str = ".png",
        output_dtype: DtypeLike = np.uint8,
        allow_missing_keys: bool = False,
    ) -> None:
        super().__init__(keys, output_dir=output_dir, output_ext=output_ext, allow_missing_keys=allow_missing_keys)
        writers = {".png": _write_png, ".nii.gz": _write_nifti, ".nii": _write_nifti}
        if output_ext not in writers:
            raise ValueError(f"{output_ext}: expected one of {', '.join(writers)}")
        self.output_dir = Path(output_dir)
        self.ending = f"_{postfix}{output_ext}"
        self.write = writers[output_ext]
        self.output_dtype = output_dtype

    def __call__(self, data: Mapping[Hashable, MetaTensor]) -> dict[Hashable, MetaTensor]:
        """Write the items; the path goes into their metadata as ``saved_to``."""
        saved = dict(data)
        for key in self.key_iterator(saved):
            path = self.output_dir / f"{saved['film']}{self.ending}"
            array = convert_data_type(saved[key], np.ndarray, dtype=self.output_dtype)[0]
            with atomic_write(path) as partial:
                self.write(array, saved[key], partial)
            saved[key].meta["saved_to"] = str(path)
        return saved


def _write_png(array: np.ndarray, item: MetaTensor, path: Path) -> None:
    Image.fromarray(array[0].T).save(path, compress_level=_COMPRESSION)


def _write_nifti(array: np.ndarray, item: MetaTensor, path: Path) -> None:
    """Write one slice, several channels as NIfTI's fourth dimension; mm only where the film states its spacing."""
    volume = array[0] if len(array) == 1 else np.moveaxis(array, 0, -1)[:, :, None]
    image = nib.Nifti1Image(volume, item.affine.cpu().numpy())
    known = np.isfinite(item.meta.get("pixel_spacing_mm", np.nan)).all()
    image.header.set_xyzt_units("mm" if known else "unknown")
    nib.save(image, path)
