"""Reorient a film: columns run to the patient's left, rows to the feet."""

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from chestxr.utils.errors import FilmError

__all__ = ["apply_reorientation", "places_in_file", "reorient", "undo_reorientation"]

_STEPS = {
    "transposed": lambda pixels: pixels.swapaxes(0, 1),
    "flipped left-right": lambda pixels: pixels[:, ::-1],
    "flipped upside-down": lambda pixels: pixels[::-1],
}


def reorient(pixels: np.ndarray, row_runs_to: str, column_runs_to: str, path: Path) -> tuple[np.ndarray, str]:
    """
    Flip and transpose a frontal film until the patient's right is at the picture's left and the head on top.

    Parameters
    ----------
    pixels : numpy.ndarray, shape (rows, columns, ...)
        The film as stored.
    row_runs_to, column_runs_to : str
        Direction along a row (from the first column to the last) and along a column (from the first row to the
        last): "L", "R", "A", "P", "H", "F"; the first letter of a compound code such as "LF" is used (DICOM PS3.3,
        C.7.6.1.1.1).
    path : pathlib.Path
        The file, for errors.

    Returns
    -------
    pixels : numpy.ndarray
        The film upright.
    reoriented : str
        The steps applied, "" if there were none.

    Raises
    ------
    FilmError
        If the directions are not those of a frontal film.
    """
    row, column = row_runs_to[:1], column_runs_to[:1]
    steps = []
    if row in ("H", "F") and column in ("L", "R"):
        row, column = column, row
        steps.append("transposed")
    if row not in ("L", "R") or column not in ("H", "F"):
        raise FilmError(
            path,
            f"a film that is not frontal (PatientOrientation {_shown(row_runs_to)}\\{_shown(column_runs_to)})",
            "a frontal film (PA or AP)",
            "leave laterals out",
        )
    if row == "R":
        steps.append("flipped left-right")
    if column == "H":
        steps.append("flipped upside-down")
    return _turned(pixels, steps), ", ".join(steps)


def apply_reorientation(pixels: np.ndarray, reoriented: str) -> np.ndarray:
    """
    Apply the steps of :py:func:`reorient` to pixels in the orientation of the file.

    Parameters
    ----------
    pixels : numpy.ndarray, shape (rows, columns, ...)
        As stored.
    reoriented : str
        The steps that were applied to the film.

    Returns
    -------
    numpy.ndarray
        Upright.

    Raises
    ------
    ValueError
        If a step is unknown.
    """
    return _turned(pixels, reoriented.split(", ") if reoriented else [])


def undo_reorientation(pixels: np.ndarray, reoriented: str) -> np.ndarray:
    """
    Undo :py:func:`reorient`: return pixels to the orientation of the file.

    Parameters
    ----------
    pixels : numpy.ndarray, shape (rows, columns, ...)
        Upright.
    reoriented : str
        The steps to undo.

    Returns
    -------
    numpy.ndarray
        As stored.

    Raises
    ------
    ValueError
        If a step is unknown.
    """
    return _turned(pixels, reversed(reoriented.split(", ") if reoriented else []))


def places_in_file(places: np.ndarray, size: tuple[int, int], reoriented: str) -> np.ndarray:
    """
    Convert places on an upright film to the orientation of the file.

    Parameters
    ----------
    places : numpy.ndarray, shape (N, 2)
        x and y in pixels, from the left and upper edge of the upright film.
    size : tuple of int
        Columns and rows of the file.
    reoriented : str
        The steps that turned the film upright.

    Returns
    -------
    numpy.ndarray, shape (N, 2)
        Column and row in pixels, from the left and upper edge of the stored image.

    Raises
    ------
    ValueError
        If a step is unknown.
    """
    # The same steps on images of the coordinates: what they do to pixels is written once.
    columns, rows = size
    edges = np.stack(np.meshgrid([0.0, columns], [0.0, rows]), axis=-1)
    (left_upper, right_upper), (left_lower, _) = apply_reorientation(edges, reoriented)
    upright = np.abs(right_upper - left_upper).sum(), np.abs(left_lower - left_upper).sum()
    along_x, along_y = (right_upper - left_upper) / upright[0], (left_lower - left_upper) / upright[1]
    return left_upper + np.asarray(places, float)[:, :1] * along_x + np.asarray(places, float)[:, 1:] * along_y


def _turned(pixels: np.ndarray, steps: Iterable[str]) -> np.ndarray:
    """Apply steps; each is its own inverse."""
    for step in steps:
        if step not in _STEPS:
            raise ValueError(f"{step}: not a reorientation step; expected {', '.join(_STEPS)}")
        pixels = _STEPS[step](pixels)
    return pixels


def _shown(code: str) -> str:
    """Return a valid direction code, or "?": other text may name the patient."""
    return code if re.fullmatch("[LRAPHF]{1,3}", code) else "?"
