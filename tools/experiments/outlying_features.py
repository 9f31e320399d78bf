"""
Measure the data behind the limit of outlying features, and regenerate docs/outlying_features.json of the bundle.

    python -m tools.experiments.outlying_features ../shared/data/cxr

Counts outlying features of the films that the shipped classifier was trained on (training and validation films of the
split "default"), TB-positive and TB-negative, and the films with a warning. Test films are not
used. Then run tools/experiments/write_tables.py.
"""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import torch

from chestxr.bundle.entry import bundle_entry
from chestxr.data import load_split
from tools.experiments.bundle_runs import REPOSITORY
from tools.experiments.robustness import measure, read_table, table_of, write_rows
from tools.experiments.robustness_films import UNTOUCHED
from tools.experiments.robustness_rows import share_row
from tools.experiments.screening_films import BUNDLE

DATA = "training and validation films of the split default, Montgomery + Shenzhen, 8-bit, 512 x 512 px"
PART, UNCHANGED = "training films", (UNTOUCHED, 0)
QUANTILES = {"median": 0.5, "95%": 0.95, "99%": 0.99, "largest": 1.0}


def main() -> None:
    """Run missing measurements, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    arguments = parser.parse_args()
    split = load_split("default", arguments.dataset_dir.absolute())
    films = split["training"] + split["validation"]
    measure(PART, films, [UNCHANGED])
    found = read_table(table_of(PART, UNCHANGED))
    about = pd.DataFrame(films).set_index("film").loc[found.index]
    write_rows("outlying_features", DATA, list(_rows(found["outlying_features"].dropna(), about)))


def _rows(values: pd.Series, films: pd.DataFrame) -> Iterator[dict]:
    films, limit = films.loc[values.index], bundle_entry(BUNDLE, "most_outlying_features")
    groups = {"all": films["site"].notna(), "ill": films["tuberculosis"] == 1, "well": films["tuberculosis"] == 0}
    groups |= {site.capitalize(): films["site"] == site for site in sorted(films["site"].unique())}
    for group, chosen in groups.items():
        of_group = values[chosen]
        for metric, quantile in QUANTILES.items():
            value = round(float(of_group.quantile(quantile)), 4)
            yield {"group": group, "metric": metric, "value": value, "n": len(of_group)}
        yield {"group": group} | share_row("warned of", of_group > limit)


if __name__ == "__main__":
    os.chdir(REPOSITORY)
    torch.set_num_threads(1)
    main()
