"""
Evaluate the view check on sites that its network was not trained on, and regenerate the bundle's docs/view.json.

    python -m tools.experiments.view ../shared/data

For each site a network is trained with configs/train_view.json on the other two (view_films.py --held_out SITE), if its
weights are not in output/results/view yet: 15 minutes on one core. It is evaluated on the site's training and
validation films, on these turned and mirrored, and on lateral films, turned films and films of other body parts
that it was not trained on. The shipped weights are evaluated on validation films. The folder contains the
collections cxr, tbx11k and others. Test films are not used. Then run tools/experiments/write_tables.py.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from monai.bundle import ConfigParser
from monai.transforms import Compose

from chestxr.metrics.classification import score_rows
from chestxr.transforms import ClassifyViewd
from chestxr.transforms.film_view import TURNS, in_orientation
from tools.experiments.bundle_runs import REPOSITORY, WORK, run_bundle
from tools.experiments.robustness import write_rows
from tools.experiments.robustness_rows import share_row
from tools.experiments.screening_films import BUNDLE
from tools.experiments.view_films import SITES, frontal_films, lateral_films

FOLDER = WORK / "view"
DATA = "Montgomery + Shenzhen, TBX11K, ChestX-ray8, lateral films, films of other parts of the body; 96 x 96 px"
# Fraction of a site's frontal films that may be rejected where detection rates are compared.
FALSE_ALARM = 0.02
NAMES = {"lateral": "a lateral film", "other part of the body": "not a frontal chest film"}
NAMES |= {name: f"a film {name}" for name in TURNS[1:]}


class View:
    """The view check with given weights, and its input films."""

    def __init__(self, weights: Path) -> None:
        self._parser = ConfigParser()
        self._parser.read_config(str(BUNDLE / "configs" / "train_view.json"))
        self._read = Compose(self._parser.get_parsed_content("image_transforms"))
        self._check = ClassifyViewd("image", self._parser.get_parsed_content("view_network_def"), weights)
        self.limit, self.most_mirrored = self._check.least_frontal, self._check.most_mirrored

    def films(self, paths: list[Path]) -> list[torch.Tensor]:
        """Read films with the check's preprocessing."""
        return [self._read({"image": str(path)})["image"].as_tensor() for path in paths]

    def answers(self, films: list[torch.Tensor], limit: float) -> pd.DataFrame:
        """Return the probabilities of each film being frontal and mirrored, and its flag at a limit."""
        self._check.least_frontal = limit
        plain = {"quality": {}, "quality_flags": "", "is_chest": True}
        found = [self._check(plain | {"image": film}) for film in films]
        return pd.DataFrame([item["quality"] | {"flag": item["quality_flags"]} for item in found])


def main() -> None:
    """Train missing networks, measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the collections")
    data = parser.parse_args().data.absolute()
    rows = [row for site in SITES for row in held_out_rows(site, data)]
    write_rows("view", DATA, [*rows, *shipped_rows(data)], models=("view.pt",))


def weights_without(site: str, data: Path) -> Path:
    """Return the weights of a network trained without a site; train it if they are missing."""
    folder = FOLDER / f"without {site}"
    if not (folder / "view.pt").is_file():
        table = FOLDER / f"without {site}.csv"
        program = [sys.executable, "-m", "tools.experiments.view_films"]
        subprocess.run([*program, data, "--out", table, "--held_out", site], check=True)
        run_bundle(BUNDLE, ["train_view"], view_table=table, output_dir=folder)
    return folder / "view.pt"


def held_out_rows(site: str, data: Path) -> Iterator[dict]:
    """
    Evaluate a site's films with a network that was not trained on them.

    Parameters
    ----------
    site : str
        One of `SITES`.
    data : pathlib.Path
        Folder of the collections.

    Yields
    ------
    dict
        Rows site, films, metric, value, low, high, n.
    """
    view = View(weights_without(site, data))
    frontal = view.films(frontal_films(site, data, ("training", "validation")))
    as_stored = view.answers(frontal, view.limit)
    of_frontal = as_stored["frontal"]
    limit = of_frontal.quantile(FALSE_ALARM)
    yield {"site": site, "films": "frontal"} | share_row("false alarm at the shipped limit", of_frontal < view.limit)
    for films, tensors, name in others(site, data, view.films, frontal):
        at_limit, at_shipped = view.answers(tensors, limit), view.answers(tensors, view.limit)
        of_films = {"site": site, "films": films}
        yield of_films | _auc_row(1 - of_frontal, 1 - at_limit["frontal"])
        yield of_films | share_row("caught at 2% false alarm", at_limit["frontal"] < limit)
        yield of_films | share_row("caught at the shipped limit", at_shipped["frontal"] < view.limit)
        yield of_films | share_row("named at 2% false alarm", at_limit["flag"].str.startswith(name))
    mirrored = view.answers([in_orientation(film, len(TURNS)) for film in frontal], view.limit)["mirrored"]
    of_films = {"site": site, "films": "mirrored"}
    yield of_films | _auc_row(as_stored["mirrored"], mirrored)
    yield of_films | share_row("caught at the shipped limit", mirrored > view.most_mirrored)
    yield of_films | share_row("false alarm at the shipped limit", as_stored["mirrored"] > view.most_mirrored)


def _auc_row(of_frontal: pd.Series, of_others: pd.Series) -> dict:
    """Return the AUROC of other films against frontal films, with a bootstrap interval."""
    labels, scores = np.repeat([0, 1], [len(of_frontal), len(of_others)]), pd.concat([of_frontal, of_others])
    measured = score_rows(labels, scores.to_numpy(), 0.5, calibration=False)
    auc = next(row for row in measured if row["metric"] == "auc")
    return {"metric": "auc"} | {key: round(auc[key], 4) for key in ("value", "low", "high")} | {"n": len(of_others)}


def others(
    site: str, data: Path, read: Callable[[list[Path]], list[torch.Tensor]], frontal: list[torch.Tensor]
) -> Iterator[tuple[str, list[torch.Tensor], str]]:
    """Yield films that are not frontal and upright: kind, films, and start of the flag."""
    fold = SITES.index(site)
    yield "lateral", read([film for film, of_fold in lateral_films(data) if of_fold == fold]), NAMES["lateral"]
    yield (
        "other part of the body",
        read(sorted((data / "others" / "other_body_part").glob("*.png"))),
        NAMES["other part of the body"],
    )
    if site == "ChestX-ray8":
        yield "stored turned", read(sorted((data / "others" / "turned_90").glob("*.png"))), NAMES[TURNS[3]]
    for turn, name in enumerate(TURNS):
        if turn:
            yield name, [in_orientation(film, turn) for film in frontal], NAMES[name]


def shipped_rows(data: Path) -> Iterator[dict]:
    """Yield the fraction of validation films that the shipped weights reject, by site."""
    view = View(BUNDLE / "models" / "view.pt")
    for site in SITES[:2]:
        answers = view.answers(view.films(frontal_films(site, data, ("validation",))), view.limit)
        yield {"site": site, "films": "frontal, validation, shipped weights"} | share_row(
            "false alarm at the shipped limit", answers["frontal"] < view.limit
        )


if __name__ == "__main__":
    os.chdir(REPOSITORY)
    torch.set_num_threads(1)
    main()
