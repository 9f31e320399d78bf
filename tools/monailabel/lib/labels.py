"""Validate labels saved by a client: they must be lungs of the film's size."""

import tempfile
from pathlib import Path

import SimpleITK as sitk
from fastapi import HTTPException
from monailabel.datastore.local import LocalDatastore

from chestxr.io import read_film, read_mask
from chestxr.utils.errors import FilmError

__all__ = ["FilmFolder", "check_label", "readable"]


class FilmFolder(LocalDatastore):
    """A folder of films, with labels in the sub-folder labels."""

    def save_label(self, image_id: str, label_filename: str, label_tag: str, label_info: dict, *rest: object) -> str:
        """Save a label that matches its film."""
        check_label(self, image_id, label_filename)
        return super().save_label(image_id, label_filename, label_tag, label_info, *rest)


def check_label(datastore: LocalDatastore, image: str, label: str) -> None:
    """
    Reject labels that do not match their film and would make a later training fail.

    Raises
    ------
    HTTPException
        With status 404 if the film does not exist, 400 if the label cannot be read or has another size.
    """
    if image not in datastore.list_images():
        raise HTTPException(404, f"{image}: no such film in the store")
    try:
        with tempfile.TemporaryDirectory() as folder:
            labels = read_mask([readable(label, Path(folder))])[0]
        film = read_film(datastore.get_image_uri(image))[0]
    except FilmError as error:
        raise HTTPException(400, f"the label of {image}: found {error.found}; expected {error.expected}") from error
    if labels.shape != film.shape:
        sizes = [" x ".join(map(str, array.shape)) for array in (labels, film)]
        raise HTTPException(400, f"the label of {image}: found {sizes[0]} pixels; expected {sizes[1]}, as the film has")


def readable(label: str | Path, folder: Path) -> Path:
    """Convert 3D Slicer's NRRD to NIfTI, which the bundles read; return other labels unchanged."""
    if not str(label).endswith(".nrrd"):
        return Path(label)
    converted = folder / f"{Path(label).stem}.nii.gz"
    sitk.WriteImage(sitk.ReadImage(str(label)), str(converted))
    return converted
