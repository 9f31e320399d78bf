"""
Measure the data behind the limits of LungContrast and of the lung frame's range.

    python -m tools.experiments.lung_contrast ../shared/data

Prints the smallest and largest measurements of the lungs segmented by the shipped U-Net, for each site's films
outside the test set. The folder contains the collections cxr, tbx11k and others.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from rich.progress import track

from chestxr.io import FilmReader
from chestxr.radiomics import lung_frame
from tools.experiments.bundle_runs import WORK, bundle_of, predict
from tools.experiments.view_films import SITES, frontal_films

# Side lengths in pixels of the frames in which features are measured.
SIZES = (128, 384)


def main() -> None:
    """Measure all films, and print the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the collections")
    data = parser.parse_args().data.absolute()
    measured = pd.DataFrame([row for site in SITES for row in _measure(site, data)])
    print(measured.groupby("site").agg(["min", "max"]).T.to_string(float_format="{:.3f}".format))
    print(measured["site"].value_counts().to_string())


def _measure(site: str, data: Path) -> list[dict]:
    films = frontal_films(site, data, ("training", "validation"))
    masks = predict(bundle_of("unet"), [str(film) for film in films], WORK / "lung_contrast" / site)
    rows = []
    for film in track(films, site):
        lungs = np.asarray(Image.open(masks / f"{film.stem}_lungs.png")).T
        if not lungs.any():
            continue
        pixels = FilmReader().get_data(FilmReader().read(str(film)))[0]
        for size in SIZES:
            frame = lung_frame(np.squeeze(pixels), lungs, size)
            about = {"darkest": frame.film.min(), "brightest": frame.film.max()}
            rows.append({"site": site, **vars(frame.contrast), **about})
    return rows


if __name__ == "__main__":
    main()
