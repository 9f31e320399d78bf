"""
Outline the lungs on broken films, and count the masks that are unlike the whole film's and come without a warning.

    python tools/hostile/fuzz.py             # first: which broken films are read, and which with other pixels
    python tools/hostile/outlines.py

The U-Net's bundle outlines each film that fuzz.py read with other pixels and that is made of a chest film. A broken
file may show another picture in earnest: cut, turned, of other greys. What must not happen is a mask unlike the whole
film's (Dice below .9, or of another size) that the quality check lets pass. The result is tools/hostile/outlines.json;
the films let pass lie in the output folder, to be looked at.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
import pandas as pd
from PIL import Image
from tqdm import tqdm

from chestxr.bundles import bundle_folder
from chestxr.bundles.open_bundle import OpenBundle
from chestxr.io import write_text
from tools.hostile.mutations import draw_mutant, ending_of
from tools.hostile.run_folder import run_folder
from tools.hostile.seeds import make_seeds

_LEAST_DICE = 0.9
_BATCH = 64


def main() -> None:
    """Outline, compare, write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0, help="seed of the run of fuzz.py")
    parser.add_argument("--runs", type=Path, default=Path("output/hostile"), help="where fuzz.py keeps its runs")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="result to write")
    arguments = parser.parse_args()
    folder = run_folder(arguments.runs, arguments.seed)
    if not (folder / "progress.jsonl").is_file():
        raise SystemExit(f"{folder}: found no run of fuzz.py by this code; run python tools/hostile/fuzz.py first")
    rows = [json.loads(line) for line in (folder / "progress.jsonl").read_text().splitlines()]
    read = len(rows)
    rows = [row for row in rows if row["outcome"] == "accepted, changed" and "/chest/" in row["seed"]]
    found = _outlined(rows, arguments.seed, folder / "let_pass")
    result = {
        "command": f"python tools/hostile/outlines.py --seed {arguments.seed}",
        "broken_films": read,
        "least_dice": _LEAST_DICE,
        "whole_films": {name: flags or "no warning" for name, flags in found.pop("whole").items()},
        **found,
    }
    write_text(arguments.out, json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


def _outlined(rows: list[dict], seed: int, let_pass: Path) -> dict[str, dict]:
    """Count masks alike, unlike and warned of, unlike and not, by what accounts for the films' other pixels."""
    seeds = make_seeds()
    let_pass.mkdir(exist_ok=True)
    with TemporaryDirectory() as temporary:
        work = Path(temporary)
        bundle = OpenBundle(
            bundle_folder("cxr_lung_segmentation_unet"), output_dir=str(work / "out"), save_overlay=False
        )
        whole_files = {name: (seeds[name], ending_of(name, seeds[name])) for name in {row["seed"] for row in rows}}
        whole = _run(bundle, work, whole_files)
        counts: dict[str, Counter] = {}
        for start in tqdm(range(0, len(rows), _BATCH), "outlining", unit="batch"):
            some = {row["number"]: row for row in rows[start : start + _BATCH]}
            mutants = {number: draw_mutant(seeds, seed, number) for number in some}
            found = _run(bundle, work, {number: (drawn.content, drawn.ending) for number, drawn in mutants.items()})
            for number, (mask, flags) in found.items():
                alike = _dice(mask, whole[some[number]["seed"]][0]) >= _LEAST_DICE
                kind = "alike" if alike else "unlike, with a warning" if flags else "unlike, without a warning"
                counts.setdefault(some[number]["detail"], Counter())[kind] += 1
                if not alike and not flags:
                    (let_pass / f"{number}{mutants[number].ending}").write_bytes(mutants[number].content)
    total = sum(counts.values(), Counter())
    return {
        "whole": {name: flags for name, (_, flags) in sorted(whole.items())},
        "films": total.total(),
        "masks": dict(total),
        "by_cause": {cause: dict(counted) for cause, counted in sorted(counts.items())},
    }


def _run(bundle: OpenBundle, work: Path, files: dict) -> dict[object, tuple[np.ndarray, str]]:
    """Return mask and warnings of each film, by its key."""
    items = []
    for place, (content, ending) in enumerate(files.values()):
        path = work / f"film-{place}{ending}"
        path.write_bytes(content)
        items.append({"film": f"film-{place}", "image": str(path)})
    if failures := bundle.run(items):
        raise RuntimeError(f"{failures[0]}: fuzz.py read it")
    flags = pd.read_csv(work / "out" / "films.csv", keep_default_na=False).set_index("film")["reason"]
    names = [item["film"] for item in items]
    masks = [np.asarray(Image.open(work / "out" / f"{name}_lungs.png")) for name in names]
    return {key: (mask, flags[name]) for key, mask, name in zip(files, masks, names, strict=True)}


def _dice(one: np.ndarray, other: np.ndarray) -> float:
    """Return the smaller of both lungs' Dice; 0 for masks of different size."""
    if one.shape != other.shape:
        return 0.0
    lungs = [(one == side, other == side) for side in (1, 2)]
    return min(2 * (here & there).sum() / max(1, here.sum() + there.sum()) for here, there in lungs)


if __name__ == "__main__":
    main()
