"""
Compare this working tree with an earlier commit, on the same films, as users run them.

    git worktree add ../earlier 3aef762
    python -m tools.benchmarks.earlier_commit ../shared/data/cxr --earlier ../earlier

Both run in turn, on one thread, in the same environment. Times are processor seconds, of a command with its child
processes; memory is the peak of a process. The result is tools/benchmarks/earlier_commit.json.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder
from chestxr.bundle.entry import bundle_entry
from tools.benchmarks.dicom_films import FILM_KINDS, write_dicom_films
from tools.benchmarks.interleaved import spread
from tools.benchmarks.machine import commit_of, write_result
from tools.benchmarks.masked_films import film_and_lungs, training_films

# -P: the modules next to a program, or in the current folder, are not those of the measured commit.
_PYTHON = [sys.executable, "-P"]
_CHESTXR = [*_PYTHON, "-c", "from chestxr.cli import app; app()"]


def main() -> None:
    """Measure both commits in turn, and write the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--earlier", type=Path, required=True, help="work tree of the earlier commit")
    parser.add_argument("--films", type=int, default=24, help="films of each kind")
    parser.add_argument("--rounds", type=int, default=3, help="times that each measurement is repeated")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="result to write")
    arguments = parser.parse_args()
    items = training_films(arguments.dataset_dir, arguments.films)
    with tempfile.TemporaryDirectory() as folder:
        films = {
            kind: [film["image"] for film in write_dicom_films(items, Path(folder) / kind, side, syntax)]
            for kind, (side, syntax) in FILM_KINDS.items()
        }
        _save_arrays(items, Path(folder) / "films.npz")
        now = Commit(Path(__file__).parents[2], films, Path(folder), _chosen_features())
        earlier = Commit(arguments.earlier.absolute(), films, Path(folder), {})
        rounds = [(earlier.measure(), now.measure()) for _ in tqdm(range(arguments.rounds), "rounds")]
    result = {
        "earlier_commit": commit_of(arguments.earlier),
        "films": len(items),
        "rounds": arguments.rounds,
        **{group: _compared([(was[group], is_[group]) for was, is_ in rounds]) for group in rounds[0][0]},
    }
    write_result(arguments.out, "earlier_commit DATASET_DIR --earlier WORK_TREE", result)


class Commit:
    """
    A work tree of this project, measured from outside.

    Parameters
    ----------
    tree : pathlib.Path
        The work tree.
    films : mapping of str to sequence of str
        DICOM files by kind of film.
    folder : pathlib.Path
        Folder of films.npz, with films and label maps, and of temporary results.
    chosen_features : dict
        Settings of ``FilmFeatures`` for the features that the classifier of this commit uses.
    """

    def __init__(
        self, tree: Path, films: Mapping[str, Sequence[str]], folder: Path, chosen_features: Mapping[str, object]
    ) -> None:
        self.tree, self.films, self.folder, self.chosen_features = tree, films, folder, chosen_features
        self.environment = os.environ | {"PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1"}

    def measure(self) -> dict[str, dict[str, float]]:
        """Return processor seconds, and megabytes, by their names, as ``measured``; seconds by kind and stage."""
        stages = {}
        found = {
            "all features": self._features({}),
            "the classifier's features": self._features(self.chosen_features),
        }
        bundle = self.tree / "bundles" / SCREENING_BUNDLE
        for kind, films in self.films.items():
            with tempfile.TemporaryDirectory(dir=self.folder) as out:
                measured = self._program("screening_seconds.py", bundle, out, *films)
            stages |= {f"{kind}: {stage}": seconds for stage, seconds in measured.pop("stages").items()}
            found |= {f"{name}, {kind}": value for name, value in measured.items()}
        one = next(iter(self.films.values()))[0]
        with tempfile.TemporaryDirectory(dir=self.folder) as out:
            found["screening one film"] = self._seconds([*_CHESTXR, "screen", one, "--out", out])
            found["the same again: nothing to do"] = self._seconds([*_CHESTXR, "screen", one, "--out", out])
        found["import torch, monai"] = self._seconds([*_PYTHON, "-c", "import torch, monai"])
        return {"measured": found, "stages": stages}

    def _features(self, settings: Mapping[str, object]) -> float:
        return self._program("feature_seconds.py", self.folder / "films.npz", json.dumps(settings, default=str))

    def _program(self, name: str, *arguments: object) -> Any:
        """Return what a program of this folder prints when it runs with the packages of the commit."""
        command = [*_PYTHON, str(Path(__file__).with_name(name)), *map(str, arguments)]
        return json.loads(self._run(command)[0].splitlines()[-1])

    def _seconds(self, command: Sequence[str]) -> float:
        return self._run(command)[1]

    def _run(self, command: Sequence[str]) -> tuple[str, float]:
        """Run a command; return its output, and the processor seconds of it and its child processes."""
        before = os.times()
        done = subprocess.run(command, env=self.environment, cwd=self.tree, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command[:5])} ...: exit status {done.returncode}\n{done.stderr}")
        after = os.times()
        taken = after.children_user - before.children_user + after.children_system - before.children_system
        return done.stdout, taken


def _save_arrays(items: Sequence[dict], path: Path) -> None:
    """Write films and label maps, (films, W, H)."""
    films, labels = zip(*map(film_and_lungs, items), strict=True)
    np.savez(path, films=np.stack(films), labels=np.stack(labels))


def _chosen_features() -> dict[str, object]:
    """Return what the classifier of the shipped bundle measures."""
    folder = bundle_folder(SCREENING_BUNDLE)
    names = {"settings": "feature_settings", "regions": "feature_regions", "images": "feature_images"}
    return {name: bundle_entry(folder, entry) for name, entry in names.items()}


def _compared(rounds: Sequence[tuple[Mapping[str, float], Mapping[str, float]]]) -> dict[str, dict[str, object]]:
    """Return the medians of the earlier and the present values, and the ratio within the rounds, by name."""
    found = {}
    for name in rounds[0][0]:
        earlier, now = np.array([(was[name], is_[name]) for was, is_ in rounds]).T
        found[name] = {"earlier": spread(earlier, 4), "now": spread(now, 4)}
        if earlier.all() and now.all():
            found[name]["ratio"] = spread(earlier / now, 2)
    return found


if __name__ == "__main__":
    sys.exit(main())
