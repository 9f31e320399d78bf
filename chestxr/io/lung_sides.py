"""Split a binary lung mask into right and left lung."""

import numpy as np
from scipy.ndimage import distance_transform_edt
from skimage.measure import label as label_components
from skimage.measure import regionprops
from skimage.segmentation import watershed

__all__ = ["label_lungs"]

RIGHT, LEFT = 1, 2


def label_lungs(mask: np.ndarray, smallest_lung: float = 0.05) -> np.ndarray:
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
    mask : numpy.ndarray, shape (W, H)
        0 background, nonzero lung; or a label map.
    smallest_lung : float, optional
        Smallest area of the second lung, as a fraction of the mask's area.

    Returns
    -------
    numpy.ndarray, shape (W, H), uint8
        The label map.

    Raises
    ------
    ValueError
        If the mask is empty.
    """
    if not mask.any():
        raise ValueError("found an empty lung mask; expected at least one pixel of lung")
    labels = mask if (mask == LEFT).any() else _split(mask > 0, smallest_lung)
    return labels.astype(np.uint8)


def _split(mask: np.ndarray, smallest_lung: float) -> np.ndarray:
    components = label_components(mask, connectivity=2)
    regions = sorted(regionprops(components), key=lambda region: region.area, reverse=True)
    if len(regions) > 1 and regions[1].area >= smallest_lung * mask.sum():
        right, left = sorted(regions[:2], key=lambda region: region.centroid[0])
        seeds = np.select([components == right.label, components == left.label], [RIGHT, LEFT])
        return np.where(mask, _nearest_label(seeds), 0)
    return _split_touching(mask, regions[0])


def _nearest_label(seeds: np.ndarray) -> np.ndarray:
    """Return the label of the nearest seed for every pixel."""
    nearest = distance_transform_edt(seeds == 0, return_distances=False, return_indices=True)
    return seeds[tuple(nearest)]


def _split_touching(mask: np.ndarray, region) -> np.ndarray:
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
