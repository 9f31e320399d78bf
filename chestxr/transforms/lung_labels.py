"""Split a binary lung mask into right and left lung."""

from collections.abc import Hashable, Mapping

import numpy as np
from monai.config import KeysCollection, NdarrayOrTensor
from monai.transforms import MapTransform, Transform
from monai.utils import TransformBackends, convert_data_type, convert_to_dst_type
from scipy.ndimage import distance_transform_edt
from skimage.measure import label as label_components
from skimage.measure import regionprops
from skimage.segmentation import watershed

__all__ = ["LungLabels", "LungLabelsd"]

RIGHT, LEFT = 1, 2


class LungLabels(Transform):
    """
    Convert a binary lung mask to a label map: 0 background, 1 right lung, 2 left lung.

    Sides are the patient's: on an upright film the right lung is at small x. The rules:

    1. A label map that contains the value 2 is returned unchanged.
    2. The two largest connected components are the lungs; the one whose centroid has the smaller x is the right lung.
       Each pixel of any further component gets the label of the nearest lung pixel.
    3. If the second component is smaller than `smallest_lung` times the mask, there is one large component. If it
       crosses the middle of the image, the two lungs touch: they are separated by a watershed of the distance
       transform, with one marker at the maximum on each side. Otherwise it is the only lung, on the side where it is.

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
        if array.shape[0] != 1 or not array.any():
            raise ValueError(f"LungLabels expects a lung mask of one channel, found shape {array.shape}, or no lung.")
        labels = array[0] if (array == LEFT).any() else self._part(array[0] > 0)
        return convert_to_dst_type(labels[None].astype(np.uint8), mask, dtype=np.uint8)[0]

    def _part(self, mask: np.ndarray) -> np.ndarray:
        components = label_components(mask, connectivity=2)
        regions = sorted(regionprops(components), key=lambda region: region.area, reverse=True)
        if len(regions) > 1 and regions[1].area >= self.smallest_lung * mask.sum():
            right, left = sorted(regions[:2], key=lambda region: region.centroid[0])
            seeds = np.select([components == right.label, components == left.label], [RIGHT, LEFT])
            return np.where(mask, _nearest_label(seeds), 0)
        return _part_touching(mask, regions[0])


def _nearest_label(seeds: np.ndarray) -> np.ndarray:
    """Return the label of the nearest seed for every pixel."""
    nearest = distance_transform_edt(seeds == 0, return_distances=False, return_indices=True)
    return seeds[tuple(nearest)]


def _part_touching(mask: np.ndarray, region) -> np.ndarray:
    """Split a component that crosses the middle of the image; label any other by the side where it is."""
    first, last, middle = region.bbox[0], region.bbox[2], mask.shape[0] / 2
    if last <= middle or first >= middle:
        return np.where(mask, RIGHT if last <= middle else LEFT, 0)
    depth = distance_transform_edt(mask)
    centre = (first + last) // 2
    markers = np.zeros(mask.shape, dtype=np.uint8)
    for side, columns in ((RIGHT, slice(first, centre)), (LEFT, slice(centre, last))):
        half = np.zeros_like(depth)
        half[columns] = depth[columns]
        markers[np.unravel_index(half.argmax(), half.shape)] = side
    return watershed(-depth, markers, mask=mask)


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
