"""
Compare this working tree with an earlier commit, on the same films, as users run them.

    git worktree add ../earlier 3aef762
    python -m tools.benchmarks.earlier_commit ../shared/data/cxr --earlier ../earlier

Both run in turn, on one thread, in the same environment. Times are processor seconds of a command and its child
processes; memory is the peak of the largest process. The time per film is the difference between a run on many films
and a run on two. The result is tools/benchmarks/earlier_commit.json.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless
from tqdm import tqdm

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder
from chestxr.bundle.entry import bundle_entry
from chestxr.data import load_split
from chestxr.io import read_film, read_mask
from chestxr.transforms import LungLabels
from chestxr.utils.atomic import write_text
from tools.benchmarks.dicom_films import write_dicom_films
from tools.benchmarks.interleaved import spread
from tools.benchmarks.machine import MEASURED_BY, commit_of, machine

_KINDS = {
    "512 px, uncompressed": (512, ExplicitVRLittleEndian),
    "512 px, JPEG 2000": (512, JPEG2000Lossless),
    "2,000 px, JPEG 2000": (2000, JPEG2000Lossless),
}
_FEW = 2
_CHESTXR = [sys.executable, "-c", "from chestxr.cli import app; app()"]


def main() -> None:
    """Measure both commits in turn, and write the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--earlier", type=Path, required=True, help="work tree of the earlier commit")
    parser.add_argument("--films", type=int, default=24, help="films of each kind")
    parser.add_argument("--rounds", type=int, default=3, help="times that each measurement is repeated")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="result to write")
    arguments = parser.parse_args()
    training = load_split("default", arguments.dataset_dir.absolute(), masked=True)["training"]
    items = training[:: len(training) // arguments.films][: arguments.films]
    with tempfile.TemporaryDirectory() as folder:
        now = Commit(Path(__file__).parents[2], items, Path(folder), _chosen_features())
        earlier = Commit(arguments.earlier.absolute(), items, Path(folder), {})
        rounds = [(earlier.measure(), now.measure()) for _ in tqdm(range(arguments.rounds), "rounds")]
    result = {
        "command": "python -m tools.benchmarks.earlier_commit DATASET_DIR --earlier WORK_TREE",
        **machine(),
        **MEASURED_BY,
        "earlier_commit": commit_of(arguments.earlier),
        "films": len(items),
        "rounds": arguments.rounds,
        "measured": {name: _compared([(was[name], is_[name]) for was, is_ in rounds]) for name in rounds[0][0]},
    }
    write_text(arguments.out, json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


class Commit:
    """
    A work tree of this project, measured from outside.

    Parameters
    ----------
    tree : pathlib.Path
        The work tree.
    items : sequence of dict
        Films with lung masks.
    folder : pathlib.Path
        For films and results.
    chosen_features : dict
        Settings of ``FilmFeatures`` for the features that the classifier of this commit uses.
    """

    def __init__(self, tree: Path, items: Sequence[dict], folder: Path, chosen_features: Mapping[str, object]) -> None:
        self.chosen_features = chosen_features
        self.environment = os.environ | {"PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1"}
        self.results = folder / f"results of {tree.name}"
        self.films = {
            kind: [film["image"] for film in write_dicom_films(items, folder / kind, side, syntax)]
            for kind, (side, syntax) in _KINDS.items()
        }
        self.arrays = folder / "films.npz"
        if not self.arrays.exists():
            _save_arrays(items, self.arrays)

    def measure(self) -> dict[str, float]:
        """Return processor seconds, and megabytes, by the name of the measurement."""
        found = {
            "all features": self._features({}),
            "the classifier's features": self._features(self.chosen_features),
        }
        for kind, films in self.films.items():
            with tempfile.TemporaryDirectory(dir=self.results.parent) as out:
                few, _ = self._screen(films[:_FEW], f"{out}/few")
                all_, memory = self._screen(films, f"{out}/all")
            found[f"a film, {kind}"] = (all_ - few) / (len(films) - _FEW)
            found[f"peak memory, {kind}"] = memory
        one = next(iter(self.films.values()))[:1]
        with tempfile.TemporaryDirectory(dir=self.results.parent) as out:
            found["screening one film"] = self._screen(one, out)[0]
            found["the same again: nothing to do"] = self._screen(one, out)[0]
        found["import torch, monai"] = self._run([sys.executable, "-c", "import torch, monai"])[0]
        return found

    def _features(self, settings: Mapping[str, object]) -> float:
        program = Path(__file__).with_name("feature_seconds.py")
        # -P: the modules next to the program are not those of the measured commit.
        command = [sys.executable, "-P", str(program), str(self.arrays), json.dumps(settings, default=str)]
        done = subprocess.run(command, env=self.environment, check=True, capture_output=True)
        return json.loads(done.stdout)

    def _screen(self, films: Sequence[str], out: str) -> tuple[float, float]:
        return self._run([*_CHESTXR, "screen", *films, "--out", out])

    def _run(self, command: Sequence[str]) -> tuple[float, float]:
        """Run a command; return the processor seconds of its processes, and the peak of the largest one in MB."""
        with subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as run:
            errors = run.stderr.read().decode()
            _, status, used = os.wait4(run.pid, 0)
            run.returncode = os.waitstatus_to_exitcode(status)
        if run.returncode:
            raise RuntimeError(f"{' '.join(command[:5])} ...: exit status {run.returncode}\n{errors}")
        return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _save_arrays(items: Sequence[dict], path: Path) -> None:
    """Write films and label maps, (films, W, H)."""
    films = [read_film(item["image"])[0] for item in items]
    paths = [item["label"] if isinstance(item["label"], list) else [item["label"]] for item in items]
    labels = [LungLabels()(read_mask(of_film)[0][None])[0] for of_film in paths]
    np.savez(path, films=np.stack(films), labels=np.stack(labels))


def _chosen_features() -> dict[str, object]:
    """Return what the classifier of the shipped bundle measures."""
    folder = bundle_folder(SCREENING_BUNDLE)
    names = {"settings": "feature_settings", "regions": "feature_regions", "images": "feature_images"}
    return {name: bundle_entry(folder, entry) for name, entry in names.items()}


def _compared(pairs: Sequence[tuple[float, float]]) -> dict[str, object]:
    """Return the medians of the earlier and the present values, and the ratio within the rounds."""
    earlier, now = np.array(pairs).T
    return {"earlier": spread(earlier, 3), "now": spread(now, 3), "ratio": spread(earlier / now, 2)}


if __name__ == "__main__":
    sys.exit(main())
