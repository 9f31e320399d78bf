"""Contact sheet of the training augmentations of a bundle."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np
from monai.bundle import ConfigParser
from monai.transforms import Compose
from PIL import Image

from chestxr.utils.errors import film_error_behind

from .contact_sheet import contact_sheet
from .overlay import overlay_lungs, picture_of_film

__all__ = ["augmentation_sheet"]


def augmentation_sheet(items: Sequence[dict], bundle: str | PathLike, side: int = 256, seed: int = 0) -> Image.Image:
    """
    Draw films as in training: unchanged, with each random transform alone, and with all of them.

    The transforms are read from the bundle's ``configs/train.json``.

    Parameters
    ----------
    items : sequence of dict
        Films with masks, as in a datalist.
    bundle : str or os.PathLike
        The bundle's folder.
    side : int, optional
        Side in pixels of a picture.
    seed : int, optional
        Seed of the random transforms.

    Returns
    -------
    PIL.Image.Image
        One row per film.

    Raises
    ------
    FileNotFoundError
        If the bundle has no ``configs/train.json``.
    FilmError
        If a film or its mask cannot be read.
    """
    config = Path(bundle) / "configs" / "train.json"
    if not config.is_file():
        raise FileNotFoundError(f"{config}: no such file; expected the folder of a bundle")
    parser = ConfigParser()
    parser.read_config(config)
    prepare = Compose(parser.get_parsed_content("train#deterministic_transforms"))
    whole_chain = Compose(parser.get_parsed_content("train#random_transforms")).set_random_state(seed)
    always = [config | {"prob": 1.0} for config in parser["train"]["random_transforms"]]
    parser.update({"train#random_transforms": always})
    steps = parser.get_parsed_content("train#random_transforms")
    rows = []
    for number, item in enumerate(items):
        film = _prepared(item, prepare)
        pictures = [("unchanged", _picture(film, side))]
        for step in steps:
            name = type(step).__name__.removeprefix("Rand").removesuffix("d")
            pictures.append((name, _picture(step.set_random_state(seed + number)(dict(film)), side)))
        pictures.append(("all, as in training", _picture(whole_chain(dict(film)), side)))
        rows.append((item["film"], pictures))
    return contact_sheet(rows, side)


def _prepared(item: dict, prepare: Compose) -> dict:
    """Apply the deterministic transforms; raise the FilmError of an unreadable film, not MONAI's wrapper."""
    try:
        return prepare(dict(item))
    except RuntimeError as error:
        raise film_error_behind(error) or error from None


def _picture(item: dict, side: int) -> np.ndarray:
    shares = np.asarray(item["label"])
    picture = picture_of_film(np.asarray(item["image"][0]), side, window=(0, 1))
    return overlay_lungs(picture, shares.argmax(axis=0))
