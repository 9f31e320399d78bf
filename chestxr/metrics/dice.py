"""Dice of two lung segmentations."""

import numpy as np
import torch
from monai.metrics import compute_dice

__all__ = ["lung_dice"]

_STRUCTURES = {"both lungs": (1, 2), "right lung": (1,), "left lung": (2,)}


def lung_dice(outline: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """
    Compute the Dice of both lungs together and of each lung.

    Parameters
    ----------
    outline, truth : numpy.ndarray, of one shape
        Label maps: 0 background, 1 right lung, 2 left lung.

    Returns
    -------
    dict of str to float
        By structure, "both lungs", "right lung" and "left lung"; 1 if a structure is absent in both.

    Raises
    ------
    ValueError
        If the label maps differ in shape.

    Examples
    --------
    >>> truth = np.array([[1, 1, 0, 2, 2]])
    >>> lung_dice(np.array([[1, 1, 0, 0, 2]]), truth)["right lung"]
    1.0
    """
    if outline.shape != truth.shape:
        raise ValueError(f"masks of {outline.shape} and {truth.shape} pixels; expected the same shape, of one film")
    masks, true_masks = (
        torch.from_numpy(np.stack([np.isin(label_map, labels) for labels in _STRUCTURES.values()])[None])
        for label_map in (outline, truth)
    )
    found = compute_dice(masks, true_masks, ignore_empty=False)[0]
    return dict(zip(_STRUCTURES, found.tolist(), strict=True))
