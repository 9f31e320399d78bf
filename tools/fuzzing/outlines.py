"""
Segment the lungs on broken films, and count masks that differ from the whole film's without a warning.

    python -m tools.fuzzing.fuzz             # first
    python -m tools.fuzzing.outlines

The U-Net's bundle segments each chest film that fuzz.py read with changed pixels, unless the quality check
already warns of the whole film. A broken file may validly contain another image: cropped, shifted, with other
grey values; then its mask differs, and is right. A mask without lungs must not pass the quality check.
Only visual inspection can separate the two: films whose masks differ from the whole film's (Dice below .9, or another
size) and pass are written to the output folder, with contours, for inspection. The result is
tools/fuzzing/outlines.json.
"""

import argparse
import json
import shutil
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pandas as pd
from PIL import Image
from tqdm import tqdm

from chestxr.bundle import bundle_folder
from chestxr.bundle.open import OpenBundle
from chestxr.metrics.dice import lung_dice
from chestxr.utils.atomic import write_text
from chestxr.utils.runtime import hide_engine_messages
from tools.fuzzing.mutations import draw_mutant, ending_of
from tools.fuzzing.run_folder import run_folder
from tools.fuzzing.seeds import make_seeds

__all__ = ["outlined"]

_LEAST_DICE = 0.9
_BATCH = 64


def main() -> None:
    """Segment, compare and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0, help="seed of the run of fuzz.py")
    parser.add_argument("--runs", type=Path, default=Path("output/fuzzing"), help="output folder of fuzz.py")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="result to write")
    arguments = parser.parse_args()
    hide_engine_messages()
    folder = run_folder(arguments.runs, arguments.seed)
    if not (folder / "progress.jsonl").is_file():
        raise SystemExit(f"{folder}: found no run of fuzz.py by this code; run python -m tools.fuzzing.fuzz first")
    rows = [json.loads(line) for line in (folder / "progress.jsonl").read_text().splitlines()]
    read = len(rows)
    rows = [row for row in rows if row["outcome"] == "accepted, changed" and "/chest/" in row["seed"]]
    result = {
        "command": f"python -m tools.fuzzing.outlines --seed {arguments.seed}",
        "broken_films": read,
        "least_dice": _LEAST_DICE,
        **outlined(rows, arguments.seed, folder / "let_pass"),
    }
    write_text(arguments.out, json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


def outlined(rows: list[dict], seed: int, let_pass: Path) -> dict[str, object]:
    """
    Count masks that match, differ with a warning, and differ without one, by the explanation of the changed pixels.

    Parameters
    ----------
    rows : list of dict
        The films, as rows of :py:meth:`fuzz.Fuzzer.rows`.
    seed : int
        Seed of the run that generated them.
    let_pass : pathlib.Path
        Folder for films whose masks differ without a warning, with contours; recreated.

    Returns
    -------
    dict
        Whole films with a warning, which are not compared; the number of films compared, and the
        counts.
    """
    seeds = make_seeds()
    shutil.rmtree(let_pass, ignore_errors=True)
    let_pass.mkdir(parents=True)
    with TemporaryDirectory() as temporary:
        work = Path(temporary)
        unet = bundle_folder("cxr_lung_segmentation_unet")
        bundle = OpenBundle(unet, output_dir=str(work / "out"), save_overlay=False, progress=False)
        whole_files = {name: (seeds[name], ending_of(name, seeds[name])) for name in {row["seed"] for row in rows}}
        whole = _run(bundle, work, whole_files)
        warned_of = {name: film.flags for name, film in sorted(whole.items()) if film.flags}
        rows = [row for row in rows if row["seed"] not in warned_of]
        counts: dict[str, Counter] = {}
        for start in tqdm(range(0, len(rows), _BATCH), "outlining", unit="batch"):
            some = {row["number"]: row for row in rows[start : start + _BATCH]}
            mutants = {number: draw_mutant(seeds, seed, number) for number in some}
            found = _run(bundle, work, {number: (drawn.content, drawn.ending) for number, drawn in mutants.items()})
            for number, film in found.items():
                alike = _are_alike(film.mask, whole[some[number]["seed"]].mask)
                kind = "alike" if alike else "unlike, with a warning" if film.flags else "unlike, without a warning"
                counts.setdefault(some[number]["detail"], Counter())[kind] += 1
                if not alike and not film.flags:
                    (let_pass / f"{number}{mutants[number].ending}").write_bytes(mutants[number].content)
        OpenBundle(unet, output_dir=str(let_pass)).run(
            [{"film": path.name.split(".")[0], "image": str(path)} for path in sorted(let_pass.iterdir())]
        )
    total = sum(counts.values(), Counter())
    return {
        "whole_films_warned_of": warned_of,
        "films": total.total(),
        "masks": dict(total),
        "by_cause": {cause: dict(counted) for cause, counted in sorted(counts.items())},
    }


class _Outlined(NamedTuple):
    mask: np.ndarray
    flags: str


def _run(bundle: OpenBundle, work: Path, files: dict) -> dict[object, _Outlined]:
    """Segment films; return the results by key."""
    items = []
    for place, (content, ending) in enumerate(files.values()):
        path = work / f"film-{place}{ending}"
        path.write_bytes(content)
        items.append({"film": f"film-{place}", "image": str(path)})
    if failures := bundle.run(items):
        raise RuntimeError(f"{failures[0]}: fuzz.py read it")
    flags = pd.read_csv(work / "out" / "films.csv", keep_default_na=False).set_index("film")["reason"]
    found = {}
    for key, item in zip(files, items, strict=True):
        name = item["film"]
        mask = np.asarray(Image.open(work / "out" / f"{name}_lungs.png"))
        found[key] = _Outlined(mask, flags[name])
    return found


def _are_alike(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and min(lung_dice(one, other).values()) >= _LEAST_DICE


if __name__ == "__main__":
    main()
