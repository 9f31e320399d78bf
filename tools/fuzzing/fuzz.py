"""
Read thousands of broken films, and check that each is read correctly or refused.

    python -m tools.fuzzing.fuzz --files 24000 --seed 0

Each film is generated from its number, so a run is reproducible and, with the same code, resumes where it stopped.
Of 24,000 films more than 20,000 are DICOM, PNG or NIfTI, the others JPEG, JPEG 2000, TIFF and BMP. Processes with
limits on memory and time read them, and write SEG and SR of the DICOM films that are read. The outcomes go
to tools/fuzzing/results.json; files with a finding (defined in tools/fuzzing/oracle.py) are written to the output
folder, minimised, and the exit status is 1. outlines.py checks the lung masks of films that were read.
"""

import argparse
import json
import os
import platform
from collections import Counter
from contextlib import ExitStack
from importlib.metadata import version
from multiprocessing.pool import ThreadPool
from pathlib import Path
from queue import SimpleQueue

from tqdm import tqdm

from chestxr.utils.atomic import write_text
from tools.fuzzing.bounded_reader import MEMORY, SECONDS, BoundedReader, Outcome
from tools.fuzzing.mutations import Mutant, draw_mutant, ending_of
from tools.fuzzing.run_folder import DECODERS, run_folder
from tools.fuzzing.seeds import make_seeds
from tools.fuzzing.shrink import shrink

__all__ = ["Fuzzer"]

_SMALL_ENOUGH_SECONDS = 1.0


class Fuzzer:
    """
    Generate broken films and read them.

    Parameters
    ----------
    run : int
        Seed of the run.
    folder : pathlib.Path
        Output folder for films and findings.
    workers : int
        Number of reading processes.
    """

    def __init__(self, run: int, folder: Path, workers: int) -> None:
        self._run, self._folder, self._workers = run, folder, workers
        self._seeds = make_seeds()
        self._whole = {
            name: folder / "whole" / name.split("/")[0] / _file_name(name, self._seeds) for name in self._seeds
        }
        self._processes, self._readers = ExitStack(), SimpleQueue()

    def __enter__(self) -> "Fuzzer":
        """Write the whole films, and check that they are read."""
        (self._folder / "findings").mkdir(parents=True, exist_ok=True)
        for name, path in self._whole.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._seeds[name])
        for _ in range(self._workers):
            self._readers.put(self._processes.enter_context(BoundedReader()))
        reader = self._readers.get()
        for name, path in self._whole.items():
            outcome = reader.read(path, path)
            if outcome.kind != "accepted, same":
                raise RuntimeError(f"{name}: a whole film is not read: {outcome.detail} {outcome.text}")
        self._readers.put(reader)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes."""
        self._processes.close()

    def rows(self, numbers: range):
        """Read films, and yield their outcomes in order."""
        with ThreadPool(self._workers) as pool:
            yield from pool.imap(self._row, numbers)

    def _row(self, number: int) -> dict:
        mutant = draw_mutant(self._seeds, self._run, number)
        reader = self._readers.get()
        try:
            film = self._folder / f"film-{id(reader):x}{mutant.ending}"
            film.write_bytes(mutant.content)
            outcome = reader.read(film, self._whole[mutant.seed])
            if outcome.detail == "too slow":  # a busy machine may cause this once
                outcome = reader.read(film, self._whole[mutant.seed])
            if outcome.kind == "finding":
                self._keep(mutant, outcome, reader, film)
        finally:
            self._readers.put(reader)
        return {
            "number": number,
            "seed": mutant.seed,
            "mutation": mutant.mutation,
            "outcome": outcome.kind,
            "detail": outcome.detail,
            "bytes": len(mutant.content),
            "seconds": round(outcome.seconds, 3),
            "memory": outcome.memory,
        }

    def _keep(self, mutant: Mutant, outcome: Outcome, reader: BoundedReader, film: Path) -> None:
        """Save a finding: its text, the file, and a minimised file unless that takes too long."""

        def shows(content: bytes) -> bool:
            film.write_bytes(content)
            return reader.read(film, self._whole[mutant.seed]).detail == outcome.detail

        kept = self._folder / "findings" / f"{mutant.number}_{mutant.mutation}"
        kept.with_suffix(".txt").write_text(f"{mutant.seed}\n{outcome.detail}\n{outcome.text}\n")
        kept.with_suffix(mutant.ending).write_bytes(mutant.content)
        if outcome.seconds < _SMALL_ENOUGH_SECONDS and reader.pid:  # restarting the reader for each try takes minutes
            kept.with_name(f"{kept.name}_small{mutant.ending}").write_bytes(shrink(mutant.content, shows))


def _file_name(name: str, seeds: dict[str, bytes]) -> str:
    return name.split("/", 1)[1].replace("/", "-") + ending_of(name, seeds[name])


def main() -> None:
    """Read the films and write their outcomes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=24000, help="number of broken films")
    parser.add_argument("--seed", type=int, default=0, help="seed of the run")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="reading processes")
    parser.add_argument("--out", type=Path, default=Path("output/fuzzing"), help="folder for findings and progress")
    parser.add_argument("--result", type=Path, default=Path(__file__).with_name("results.json"), help="result to write")
    arguments = parser.parse_args()
    folder = run_folder(arguments.out, arguments.seed)
    with Fuzzer(arguments.seed, folder, arguments.workers) as fuzzer:
        rows = _read_all(fuzzer, folder / "progress.jsonl", arguments.files)
    result = {"command": f"python -m tools.fuzzing.fuzz --files {arguments.files} --seed {arguments.seed}"}
    result |= _summary(rows)
    write_text(arguments.result, json.dumps(result, indent=2) + "\n")
    print(json.dumps({name: result[name] for name in ("outcomes", "findings")}, indent=2), f"\n{arguments.result}")
    raise SystemExit(int(bool(result["findings"])))


def _read_all(fuzzer: Fuzzer, progress: Path, files: int) -> list[dict]:
    """Read the films not covered by an earlier run; return a row for each film."""
    rows = [json.loads(line) for line in progress.read_text().splitlines()] if progress.exists() else []
    rows = rows[:files]
    with progress.open("a") as lines:
        fresh = fuzzer.rows(range(len(rows), files))
        for row in tqdm(fresh, "broken films", initial=len(rows), total=files):
            rows.append(row)
            lines.write(json.dumps(row) + "\n")
    return rows


def _summary(rows: list[dict]) -> dict:
    """Count outcomes by format and by mutation."""
    slowest, largest = (max(rows, key=lambda row: row[key]) for key in ("seconds", "memory"))
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "versions": {name: version(name) for name in DECODERS},
        "bounds": {"memory_mib": MEMORY // 2**20, "seconds": SECONDS},
        "files": len(rows),
        "outcomes": _count(rows, "outcome"),
        "findings": _count([row for row in rows if row["outcome"] == "finding"], "detail"),
        "slowest": {"seconds": slowest["seconds"], "mutation": slowest["mutation"], "seed": slowest["seed"]},
        "largest": {"mib": largest["memory"] // 2**20, "mutation": largest["mutation"], "seed": largest["seed"]},
        "formats": _count_by(rows, lambda row: row["seed"].split("/")[0]),
        "mutations": _count_by(rows, lambda row: f"{row['seed'].split('/')[0]}: {row['mutation']}"),
        "changed_by": _count([row for row in rows if row["outcome"] == "accepted, changed"], "detail"),
        "refusals": _count([row for row in rows if row["outcome"] == "refused"], "detail"),
    }


def _count(rows: list[dict], key: str) -> dict[str, int]:
    return dict(Counter(row[key] for row in rows).most_common())


def _count_by(rows: list[dict], group) -> dict[str, dict[str, int]]:
    names = sorted({group(row) for row in rows})
    return {name: _count([row for row in rows if group(row) == name], "outcome") for name in names}


if __name__ == "__main__":
    main()
