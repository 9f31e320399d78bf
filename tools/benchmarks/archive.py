"""
Measure the throughput of ``chestxr archive`` and its use of memory and processor time.

    python -m tools.benchmarks.archive ../shared/data/cxr                                    # 10,000 films: hours
    python -m tools.benchmarks.archive ../shared/data/cxr --films 200 --workers 2 --out quick.json

The archive is training films (PNG, 512 x 512 px) linked under new names; a second, smaller one is a real computed
radiograph in DICOM under new names, for realistic image sizes. Each is screened by one worker and by two, with
progress and the memory of all processes sampled every few seconds. The first films are also screened by
``chestxr screen`` with as many processes. Rates exclude the start-up: they are computed over equal intervals
between the first film and the last. The result is tools/benchmarks/archive.json and .png; a number of workers that the
result already holds for as many films is not measured again.
"""

import argparse
import itertools
import json
import os
import sys
import tempfile
import tracemalloc
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from pydicom.data import get_testdata_file

from chestxr.data import load_split
from chestxr.screening.ray.source import list_source
from chestxr.utils.atomic import write_text
from tools.benchmarks.archive_plot import plot_runs
from tools.benchmarks.interleaved import spread
from tools.benchmarks.machine import MEASURED_BY, machine
from tools.benchmarks.process_tree import Sample, run_watched

# Seconds between samples; sampling itself costs processor time.
_EVERY, _EVERY_OF_FEW, _FEW = 2.0, 0.5, 500
_WINDOWS = 20
_POINTS = 60
# Otherwise torch uses every core, regardless of the number of workers.
_ALONE = {"OMP_NUM_THREADS": "1"}
_CHESTXR = (sys.executable, "-c", "from chestxr.cli import app; app()")


def main() -> None:
    """Measure, write the result and plot it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--films", type=int, default=10_000, help="films in the archive")
    parser.add_argument("--dicom-films", type=int, default=200, help="films in the archive of DICOM files")
    parser.add_argument("--screen-films", type=int, default=200, help="films for the comparison with chestxr screen")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="numbers of workers to measure")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="result to write")
    arguments = parser.parse_args()
    training = load_split("default", arguments.dataset_dir.absolute())["training"]
    sources = {
        "png": (Path(item["image"]) for item in itertools.cycle(training)),
        "dicom": itertools.repeat(Path(get_testdata_file("RG1_UNCR.dcm", download=False))),
    }
    counts = {"png": arguments.films, "dicom": arguments.dicom_films}
    wanted = [("archive", kind, films) for kind, films in counts.items()]
    wanted.append(("screen", "png", min(arguments.screen_films, arguments.films)))
    sizes = f"--films {arguments.films} --dicom-films {arguments.dicom_films} --screen-films {arguments.screen_films}"
    about = {"command": f"python -m tools.benchmarks.archive DATASET_DIR {sizes}", **machine()}
    result = about | {"runs": _known(arguments.out, about, wanted)}
    with tempfile.TemporaryDirectory(prefix="chestxr-bench-") as folder:
        archives = {kind: _linked(sources[kind], counts[kind], Path(folder) / kind) for kind in sources}
        result["listing"] = _listing(archives["png"])
        first = Path(folder) / "first.txt"
        first.write_text("\n".join(map(str, sorted(archives["png"].rglob("*.png"))[: arguments.screen_films])))
        for workers, (program, kind, films) in itertools.product(arguments.workers, wanted):
            source = first if program == "screen" else archives[kind]
            _measure(result, arguments.out, program, kind, source, workers, films)
    plot_runs(arguments.out.with_suffix(".png"), [run for run in result["runs"] if run["kind"] == "png"])
    print(json.dumps(result | {"runs": [run | {"series": "..."} for run in result["runs"]]}, indent=1))


def _known(out: Path, about: Mapping, wanted: Sequence[tuple[str, str, int]]) -> list[dict]:
    """Return the requested runs of an earlier result, if machine and versions are the same."""
    before = json.loads(out.read_text()) if out.is_file() else {"runs": []}
    if not before.items() >= about.items():
        return []
    return [run for run in before["runs"] if (run["program"], run["kind"], run["films"]) in wanted]


def _linked(films: Sequence[Path], count: int, folder: Path) -> Path:
    """Create an archive of symbolic links to films, a thousand per folder."""
    for number, film in enumerate(itertools.islice(films, count)):
        path = folder / f"{number // 1000:03d}" / f"{number:06d}{film.suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(film)
    return folder


def _listing(source: Path) -> dict[str, float]:
    """Measure the memory that the list of films takes in the driver process."""
    tracemalloc.start()
    films = len(list_source(str(source)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"films": films, "bytes_per_film": round(peak / films)}


def _measure(result: dict, out: Path, program: str, kind: str, source: Path, workers: int, films: int) -> None:
    """Run a program on an archive unless the result holds that run; add its measurements and write the result."""
    about = {"program": program, "kind": kind, "workers": workers, "films": films}
    if any(run.items() >= about.items() for run in result["runs"]):
        return
    with tempfile.TemporaryDirectory(prefix="chestxr-bench-out-") as folder:
        made, every = Path(folder), _EVERY if films > _FEW else _EVERY_OF_FEW
        arguments = (program, str(source), "--out", folder, "--processes", str(workers), "--json")
        status, samples = run_watched((*_CHESTXR, *arguments), lambda: _done(made), every, {**os.environ, **_ALONE})
        manifest = json.loads((made / "run.json").read_text())
        if status or manifest["films"]["all"] != films:
            raise SystemExit(f"chestxr {program}: exit status {status}, {manifest['films']} of {films} films")
        result["runs"].append(about | MEASURED_BY | _seen(samples) | _sizes(source, made, films) | _by_stage(manifest))
    # Runs are long: write each result, in case the next run fails.
    write_text(out, json.dumps(result, indent=1) + "\n")


def _done(out: Path) -> int:
    """Return the number of lung masks written."""
    return sum(1 for _ in out.rglob("*_lungs.png"))


def _seen(samples: Sequence[Sample]) -> dict[str, object]:
    """Summarise the samples of a run, and thin them out to a short series."""
    seconds, done, cpu, root_cpu, memory = (
        np.array([getattr(sample, name) for sample in samples])
        for name in ("seconds", "done", "cpu_seconds", "root_cpu_seconds", "memory_mb")
    )
    # Exclude start-up and shutdown.
    first, last = int(np.argmax(done > 0)), int(np.argmax(done == done.max()))
    edges = np.linspace(seconds[first], seconds[last], min(_WINDOWS, max(1, last - first)) + 1)
    rates = np.diff(np.interp(edges, seconds, done)) / np.diff(edges)
    between = int(done[last] - done[first])
    if not between:
        raise SystemExit(f"{done[last]} films were done between two samples; expected more films")
    kept = samples[:: -(-len(samples) // _POINTS)]
    return {
        "seconds": round(seconds[-1], 1),
        "seconds_to_first_film": round(seconds[first], 1),
        "films_per_second": spread(rates, 3),
        "cpu_seconds_per_film": round((cpu[last] - cpu[first]) / between, 4),
        "driver_cpu_seconds_per_film": round((root_cpu[last] - root_cpu[first]) / between, 5),
        "memory_mb": spread(memory[first : last + 1], 0),
        "peak_memory_mb": round(memory.max()),
        "largest_process_mb": round(max(sample.largest_mb for sample in samples)),
        "series": [[round(sample.seconds), sample.done, round(sample.memory_mb)] for sample in kept],
    }


def _sizes(source: Path, out: Path, films: int) -> dict[str, int]:
    """Return the bytes read and written per film."""
    read = [path.stat().st_size for path in source.rglob("*") if path.is_file()] if source.is_dir() else []
    written = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    files = sum(1 for path in out.rglob("*") if path.is_file())
    sizes = {"bytes_written_per_film": round(written / films), "files_written_per_film": round(files / films, 3)}
    return {"bytes_read_per_film": round(sum(read) / len(read))} | sizes if read else sizes


def _by_stage(manifest: Mapping) -> dict[str, object]:
    names = ("seconds_per_film", "largest_carried_mb", "peak_memory_mb")
    return {f"manifest_{name}": manifest[name] for name in names if name in manifest}


if __name__ == "__main__":
    main()
