"""
Compare films decoded at a lower resolution of JPEG 2000 with the same films decoded in full, and with noisy copies.

    python -m tools.benchmarks.lower_resolution ../shared/data/cxr

Real films of the training set, upsampled to 2,000 px, with the noise of a detector, as DICOM in JPEG 2000. A copy with
other noise of the same strength is decoded in full: a difference smaller than between these two is lost in the noise of
a second exposure. The films have 512 px originally, so finer detail is missing from all of them. The result is
tools/benchmarks/lower_resolution.json.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from pydicom.uid import JPEG2000Lossless

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder
from chestxr.bundle.open import OpenBundle
from chestxr.data import load_split
from chestxr.io import read_mask
from chestxr.utils.runtime import hide_engine_messages
from tools.benchmarks.dicom_films import write_dicom_films
from tools.benchmarks.interleaved import spread
from tools.benchmarks.machine import write_result

__all__ = ["NOISE", "SIDE"]

SIDE = 2000
# Standard deviation, share of the range: films take about 7 bits a pixel in JPEG 2000, between the radiographs of
# pydicom's test data, which take 2.1 (RG3) and 9.5 (RG1).
NOISE = 0.005


def main() -> None:
    """Screen the films in each way, compare the results and write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--films", type=int, default=100, help="number of films")
    parser.add_argument("--least-sides", type=int, nargs="+", default=[900, 450], help="values of least_decoded_side")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="result to write")
    arguments = parser.parse_args()
    hide_engine_messages()
    training = load_split("default", arguments.dataset_dir.absolute())["training"]
    items = training[:: len(training) // arguments.films][: arguments.films]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        once, again = (
            write_dicom_films(items, out / f"exposure {number}", SIDE, JPEG2000Lossless, NOISE, seed=number)
            for number in range(2)
        )
        in_full = _screened(once, out / "in full")
        others = {"other noise": _screened(again, out / "other noise")}
        for side in arguments.least_sides:
            others[f"at least {side} px"] = _screened(once, out / str(side), least_decoded_side=side)
        compared = {name: _compared(in_full, table) for name, table in others.items()}
    result = {
        "films": len(items),
        "noise": NOISE,
        "compared": compared,
    }
    write_result(arguments.out, "lower_resolution DATASET_DIR", result)


def _screened(films: Sequence[dict], out: Path, **overrides: object) -> pd.DataFrame:
    """Return the rows of screened films by name, with the paths of their masks as ``mask``."""
    shown = {"save_overlay": False, "save_zone_map": False, "progress": True}
    OpenBundle(bundle_folder(SCREENING_BUNDLE), output_dir=str(out), **shown, **overrides).run(list(films))
    table = pd.read_csv(out / "screening.csv", dtype={"film": str}).set_index("film").sort_index()
    return table.assign(mask=[out / f"{film}_lungs.png" for film in table.index])


def _compared(in_full: pd.DataFrame, other: pd.DataFrame) -> dict[str, object]:
    """Return differences of scores, decisions and warnings, and the agreement of masks."""
    difference = (other["probability"] - in_full["probability"]).abs().dropna()
    same = [_dice(*pair) for pair in zip(in_full["mask"], other["mask"], strict=True)]
    return {
        "scored": [int(table["probability"].notna().sum()) for table in (in_full, other)],
        "probability, absolute difference": spread(difference.to_numpy(), 4) | {"largest": round(difference.max(), 4)},
        "decisions that differ": int((other["decision"] != in_full["decision"]).sum()),
        "warnings that differ": int((other["status"] != in_full["status"]).sum()),
        "Dice of masks": spread(np.array(same), 4) | {"lowest": round(min(same), 4)},
    }


def _dice(one: Path, other: Path) -> float:
    a, b = (read_mask(path)[0] for path in (one, other))
    return float(2 * ((a == b) & (a > 0)).sum() / ((a > 0).sum() + (b > 0).sum()))


if __name__ == "__main__":
    sys.exit(main())
