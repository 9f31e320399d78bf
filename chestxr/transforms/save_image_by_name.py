"""Image writer that names files after the film."""

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

# Of 9 levels. Higher ones hardly reduce the size of label maps, and take several times as long.
_COMPRESSION = 1


class SaveImageByNamed(SaveImaged):
    """
    Dictionary-based atomic writing of masks and probability maps.

    Unlike :py:class:`monai.transforms.SaveImaged`, it names files after the item's ``film``, which is unique in the
    list, so that films with the same file name in two folders do not overwrite each other. It is a subclass of
    ``SaveImaged`` with ``SaveImage`` in its name because programs that write results themselves skip such transforms:
    MONAI Label by class, MONAI Deploy by name.

    Parameters
    ----------
    keys : str or sequence of str
        Items to write, MetaTensors of shape (C, W, H).
    output_dir : str or os.PathLike
        Output folder.
    postfix : str
        Text to append to the film's name, after an underscore.
    output_ext : str, optional
        ".png" (one channel), ".nii.gz" or ".nii". NIfTI files hold the film's affine, with its spacing if known.
    output_dtype : dtype, optional
        Data type of the file, by default uint8 for label maps of 0, 1 and 2.
    allow_missing_keys : bool, optional
        Skip keys that the item does not have.

    Raises
    ------
    ValueError
        If `output_ext` is not one of these three.
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
        """Write the items, and record the path in their metadata as ``saved_to``."""
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
    """Write one slice, channels in NIfTI's fourth dimension; the unit is mm only if the film states its spacing."""
    volume = array[0] if len(array) == 1 else np.moveaxis(array, 0, -1)[:, :, None]
    image = nib.Nifti1Image(volume, item.affine.cpu().numpy())
    known = np.isfinite(item.meta.get("pixel_spacing_mm", np.nan)).all()
    image.header.set_xyzt_units("mm" if known else "unknown")
    nib.save(image, path)
