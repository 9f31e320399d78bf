"""Labels that a client saves: refused unless they are lungs of the film's size."""

import tempfile
from pathlib import Path

import SimpleITK as sitk
from fastapi import HTTPException
from monailabel.datastore.local import LocalDatastore

from chestxr.io import read_film, read_mask
from chestxr.utils.errors import FilmError

__all__ = ["FilmFolder", "check_label", "readable"]


class FilmFolder(LocalDatastore):
    """A folder of films, with labels in its sub-folder labels."""

    def save_label(self, image_id: str, label_filename: str, label_tag: str, label_info: dict, *rest: object) -> str:
        """Keep a label if it is one of the film's."""
        check_label(self, image_id, label_filename)
        return super().save_label(image_id, label_filename, label_tag, label_info, *rest)


def check_label(datastore: LocalDatastore, image: str, label: str) -> None:
    """
    Refuse what is no label of a film: it would fail a later training.

    Raises
    ------
    HTTPException
        With status 404 if there is no such film, 400 if the label cannot be read or is of another size.
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
    """Turn 3D Slicer's NRRD into NIfTI, which the bundles read; give other labels as they are."""
    if not str(label).endswith(".nrrd"):
        return Path(label)
    converted = folder / f"{Path(label).stem}.nii.gz"
    sitk.WriteImage(sitk.ReadImage(str(label)), str(converted))
    return converted
