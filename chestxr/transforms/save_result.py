"""Write a film's result under the film's name."""

from collections.abc import Hashable, Mapping
from os import PathLike
from pathlib import Path

import numpy as np
from monai.config import DtypeLike, KeysCollection, NdarrayOrTensor
from monai.data import NibabelWriter, PILWriter
from monai.transforms import MapTransform
from monai.utils import TransformBackends

from chestxr.io import whole_file

__all__ = ["SaveResultD", "SaveResultDict", "SaveResultd"]

_WRITERS = {".png": PILWriter, ".nii.gz": NibabelWriter, ".nii": NibabelWriter}


class SaveResultd(MapTransform):
    """
    Dictionary-based writing of masks and probabilities, whole or not at all.

    Unlike :py:class:`monai.transforms.SaveImaged` it names files by the item's ``film``, which no other film of the
    list has, so that films of one file name in two folders do not overwrite each other.

    Parameters
    ----------
    keys : str or sequence of str
        Items to write: (C, W, H) MetaTensors.
    output_dir : str or os.PathLike
        Folder to write to.
    postfix : str
        What to add to the film's name, after an underscore.
    output_ext : str, optional
        ".png", ".nii.gz" or ".nii". NIfTI carries the film's spacing where it is known.
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
        super().__init__(keys, allow_missing_keys)
        if output_ext not in _WRITERS:
            raise ValueError(f"{output_ext}: expected one of {', '.join(_WRITERS)}")
        self.output_dir = Path(output_dir)
        self.ending = f"_{postfix}{output_ext}"
        self.writer = _WRITERS[output_ext]
        self.output_dtype = output_dtype

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, NdarrayOrTensor]:
        """Write the items; the path goes into their metadata as ``saved_to``."""
        saved = dict(data)
        for key in self.key_iterator(saved):
            item = saved[key]
            path = self.output_dir / f"{saved['film']}{self.ending}"
            writer = self.writer(output_dtype=self.output_dtype, scale=None)
            writer.set_data_array(item, channel_dim=0)
            writer.set_metadata(item.meta, resample=False)
            with whole_file(path) as partial:
                writer.write(partial, verbose=False)
            item.meta["saved_to"] = str(path)
        return saved


SaveResultD = SaveResultDict = SaveResultd
