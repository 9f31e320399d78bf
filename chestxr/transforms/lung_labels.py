"""Split a binary lung mask into right and left lung."""

from collections.abc import Hashable, Mapping

import numpy as np
from monai.config import KeysCollection, NdarrayOrTensor
from monai.transforms import MapTransform, Transform
from monai.utils import TransformBackends, convert_data_type, convert_to_dst_type

from chestxr.io.lung_sides import label_lungs

__all__ = ["LungLabels", "LungLabelsd"]


class LungLabels(Transform):
    """
    Convert a binary lung mask to a label map by :py:func:`chestxr.io.lung_sides.label_lungs`.

    Parameters
    ----------
    smallest_lung : float, optional
        Smallest area of the second lung, as a fraction of the mask's area.
    """

    backend = [TransformBackends.NUMPY]

    def __init__(self, smallest_lung: float = 0.05) -> None:
        self.smallest_lung = smallest_lung

    def __call__(self, mask: NdarrayOrTensor) -> NdarrayOrTensor:
        """
        Return the label map of a mask.

        Parameters
        ----------
        mask : torch.Tensor or numpy.ndarray, shape (1, W, H)
            0 background, nonzero lung; or a label map.

        Returns
        -------
        torch.Tensor or numpy.ndarray, shape (1, W, H), uint8
            The label map, of the type of the input.

        Raises
        ------
        ValueError
            If the mask is empty, or does not have exactly one channel.
        """
        array = convert_data_type(mask, np.ndarray)[0]
        if array.shape[0] != 1:
            raise ValueError(f"found a lung mask of {array.shape[0]} channels; expected one")
        return convert_to_dst_type(label_lungs(array[0], self.smallest_lung)[None], mask, dtype=np.uint8)[0]


class LungLabelsd(MapTransform):
    """
    Dictionary-based version of :py:class:`LungLabels`.

    Parameters
    ----------
    keys : str or sequence of str
        Masks (1, W, H).
    smallest_lung : float, optional
        As in :py:class:`LungLabels`.
    allow_missing_keys : bool, optional
        Skip keys that the item does not have.
    """

    backend = LungLabels.backend

    def __init__(self, keys: KeysCollection, smallest_lung: float = 0.05, allow_missing_keys: bool = False) -> None:
        super().__init__(keys, allow_missing_keys)
        self.labeller = LungLabels(smallest_lung)

    def __call__(self, data: Mapping[Hashable, NdarrayOrTensor]) -> dict[Hashable, NdarrayOrTensor]:
        """Return the item with its masks as label maps."""
        labelled = dict(data)
        for key in self.key_iterator(labelled):
            labelled[key] = self.labeller(labelled[key])
        return labelled
