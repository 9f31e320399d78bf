"""Label films without masks by the shipped U-Net, for the candidate "pseudo-labels"."""

import json
from pathlib import Path

import pandas as pd

from chestxr.data import find_films, load_split
from chestxr.utils.atomic import write_text
from tools.experiments.bundle_runs import WORK, bundle_of, predict

__all__ = ["pseudo_labelled"]


def pseudo_labelled(data: Path) -> Path:
    """
    Segment the training films of TBX11K and all of ChestX-ray8.

    Parameters
    ----------
    data : pathlib.Path
        Folder of the collections.

    Returns
    -------
    pathlib.Path
        Datalist (JSON) of the films that the quality check does not warn of.
    """
    folder = WORK / "unet" / "pseudo_labels"
    films = [*load_split("tbx11k", data / "tbx11k")["training"], *find_films(data / "others" / "frontal_nih")]
    masks = predict(bundle_of("unet"), [item["image"] for item in films], folder)
    passed = set(pd.read_csv(folder / "films.csv").query("status == 'ok'")["film"])
    items = [
        {"film": item["film"], "image": item["image"], "label": str(masks / f"{item['film']}_lungs.png")}
        for item in films
        if item["film"] in passed
    ]
    write_text(folder / "films.json", json.dumps(items, indent=1))
    return folder / "films.json"
