"""
Read broken films by the thousand, and see that each is read or refused.

    python tools/hostile/fuzz.py --files 20000 --seed 0

Each film is drawn by its number, so a run can be repeated, and is taken up again where it was stopped. What the films
did goes to tools/hostile/results.json; files that did what no file should go to the output folder, made smaller.
"""

import argparse
import json
import os
import platform
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tqdm import tqdm

from chestxr.io import write_text
from tools.hostile.bounded_reader import MEMORY, SECONDS, BoundedReader, Outcome
from tools.hostile.mutations import Mutant, draw_mutant, ending_of
from tools.hostile.seeds import make_seeds
from tools.hostile.shrink import shrink

_KEPT_OF_A_KIND = 3
_PACKAGES = ("pydicom", "pillow", "nibabel", "imagecodecs", "tifffile", "pylibjpeg-openjpeg", "python-gdcm", "numpy")


def main() -> None:
    """Read the films and write what they did."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=20000, help="broken films to read")
    parser.add_argument("--seed", type=int, default=0, help="seed of the run")
    parser.add_argument("--out", type=Path, default=Path("output/hostile"), help="where findings and progress are kept")
    parser.add_argument("--masks", type=int, default=0, help="films read with other pixels whose lungs are outlined")
    parser.add_argument("--result", type=Path, default=Path(__file__).with_name("results.json"), help="result to write")
    arguments = parser.parse_args()
    folder = arguments.out / f"seed-{arguments.seed}"
    (folder / "findings").mkdir(parents=True, exist_ok=True)
    seeds = make_seeds()
    with BoundedReader() as reader:
        whole = {name: _seed_digest(reader, folder, name, content) for name, content in seeds.items()}
        rows = _read_all(arguments, folder, seeds, whole, reader)
    result = _summary(arguments, rows)
    if arguments.masks:
        from tools.hostile.confident_masks import compare_masks

        changed = [row["number"] for row in rows if row["outcome"] == "read, other pixels" and "/chest/" in row["seed"]]
        result["masks"] = compare_masks(seeds, arguments.seed, changed, arguments.masks, folder / "masks")
    write_text(arguments.result, json.dumps(result, indent=2) + "\n")
    print(json.dumps(result["outcomes"], indent=2), f"\n{arguments.result}")
    raise SystemExit(int(bool(result["findings"])))


def _seed_digest(reader: BoundedReader, folder: Path, name: str, content: bytes) -> str:
    outcome = reader.read(_write(folder, "whole", content, ending_of(name, content)))
    if outcome.kind != "read":
        raise RuntimeError(f"{name}: a whole film is not read: {outcome.detail} {outcome.text}")
    return outcome.detail


def _read_all(
    arguments: argparse.Namespace, folder: Path, seeds: dict[str, bytes], whole: dict[str, str], reader: BoundedReader
) -> list[dict]:
    """Read the films that no earlier run has read; return a row for each."""
    progress = folder / "progress.jsonl"
    rows = [json.loads(line) for line in progress.read_text().splitlines()] if progress.exists() else []
    rows = rows[: arguments.files]
    kept = Counter(row["detail"] for row in rows if row["outcome"] == "finding")
    with progress.open("a") as lines:
        for number in tqdm(range(len(rows), arguments.files), "broken films", initial=len(rows), total=arguments.files):
            mutant = draw_mutant(seeds, arguments.seed, number)
            outcome = reader.read(_write(folder, "film", mutant.content, mutant.ending))
            if outcome.kind == "finding":
                kept[outcome.detail] += 1
                if kept[outcome.detail] <= _KEPT_OF_A_KIND:
                    _keep(folder, mutant, outcome, reader)
            rows.append(_row(mutant, outcome, whole))
            lines.write(json.dumps(rows[-1]) + "\n")
    return rows


def _write(folder: Path, name: str, content: bytes, ending: str) -> Path:
    path = folder / f"{name}{ending}"
    path.write_bytes(content)
    return path


def _keep(folder: Path, mutant: Mutant, outcome: Outcome, reader: BoundedReader) -> None:
    """Keep what was found: its words, the file, and the file made smaller unless that takes too long."""

    def shows(content: bytes) -> bool:
        return reader.read(_write(folder, "smaller", content, mutant.ending)).detail == outcome.detail

    name = f"findings/{mutant.number}_{mutant.mutation}"
    (folder / f"{name}.txt").write_text(f"{mutant.seed}\n{outcome.detail}\n{outcome.text}\n")
    _write(folder, name, mutant.content, mutant.ending)
    if outcome.seconds < 1:
        _write(folder, f"{name}_small", shrink(mutant.content, shows), mutant.ending)


def _row(mutant: Mutant, outcome: Outcome, whole: dict[str, str]) -> dict:
    words = {"refused": "refused", "finding": "finding"}
    same = "read, same pixels" if outcome.detail == whole[mutant.seed] else "read, other pixels"
    return {
        "number": mutant.number,
        "seed": mutant.seed,
        "mutation": mutant.mutation,
        "outcome": words.get(outcome.kind, same),
        "detail": "" if outcome.kind == "read" else outcome.detail,
        "bytes": len(mutant.content),
        "seconds": round(outcome.seconds, 3),
        "memory": outcome.memory,
    }


def _summary(arguments: argparse.Namespace, rows: list[dict]) -> dict:
    """Count what the films did, by format and by mutation."""
    slowest, largest = (max(rows, key=lambda row: row[key]) for key in ("seconds", "memory"))
    return {
        "command": f"python tools/hostile/fuzz.py --files {arguments.files} --seed {arguments.seed}"
        + (f" --masks {arguments.masks}" if arguments.masks else ""),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "versions": _versions(),
        "bounds": {"memory_mib": MEMORY // 2**20, "seconds": SECONDS},
        "files": len(rows),
        "outcomes": _count(rows, "outcome"),
        "findings": _count([row for row in rows if row["outcome"] == "finding"], "detail"),
        "slowest": {"seconds": slowest["seconds"], "mutation": slowest["mutation"], "seed": slowest["seed"]},
        "largest": {"mib": largest["memory"] // 2**20, "mutation": largest["mutation"], "seed": largest["seed"]},
        "formats": _count_by(rows, lambda row: row["seed"].split("/")[0]),
        "mutations": _count_by(rows, lambda row: f"{row['seed'].split('/')[0]}: {row['mutation']}"),
        "refusals": _count([row for row in rows if row["outcome"] == "refused"], "detail"),
    }


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in _PACKAGES}


def _count(rows: list[dict], key: str) -> dict[str, int]:
    return dict(Counter(row[key] for row in rows).most_common())


def _count_by(rows: list[dict], group) -> dict[str, dict[str, int]]:
    names = sorted({group(row) for row in rows})
    return {name: _count([row for row in rows if group(row) == name], "outcome") for name in names}


if __name__ == "__main__":
    main()
