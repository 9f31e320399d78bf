"""Tables of the throughput of `chestxr archive`, and a plan for large archives, from tools/benchmarks/archive.json."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

__all__ = ["TABLES"]

# Assumptions, named as such in the tables.
_USD_PER_CORE_HOUR = 0.04
_DAYS = 7
_ARCHIVES = (1_000_000, 100_000_000)
_KINDS = {"dicom": "radiograph in DICOM", "png": "512 x 512 px PNG"}
# Fewer films do not show whether memory grows.
_MANY = 5000
_STAGES = {
    "read": "read and prepared",
    "outline": "lungs segmented, one film at a time",
    "finish": "features, score, results written",
}


def _runs(archive: Mapping) -> str:
    lines = [
        "| command | films | films per second | cores busy | memory of all processes, GB | peak memory, GB |",
        "|---" * 6 + "|",
    ]
    for run in sorted(archive["runs"], key=lambda run: (run["kind"], run["workers"], run["program"]), reverse=True):
        rate, memory = run["films_per_second"], run["memory_mb"]
        cells = (
            f"`chestxr {run['program']} --processes {run['workers']}`, {_KINDS[run['kind']]}",
            f"{run['films']:,}",
            f"{rate['median']:.2f} ({rate['q25']:.2f} to {rate['q75']:.2f})",
            f"{rate['median'] * run['cpu_seconds_per_film']:.1f}",
            f"{memory['median'] / 1024:.1f} ({memory['q25'] / 1024:.1f} to {memory['q75'] / 1024:.1f})",
            f"{run['peak_memory_mb'] / 1024:.1f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _per_film(archive: Mapping) -> str:
    workers, runs = _most_workers(archive)
    lines = [f"| per film, {workers} workers | " + " | ".join(_KINDS.values()) + " |", "|---" * 3 + "|"]
    seconds = [runs[kind]["manifest_seconds_per_film"] for kind in _KINDS]
    rows = {f"{words}, ms": [f"{taken[stage] * 1000:.0f}" for taken in seconds] for stage, words in _STAGES.items()}
    both = [runs[kind] for kind in _KINDS]
    rows["CPU time of all processes, ms"] = [f"{run['cpu_seconds_per_film'] * 1000:.0f}" for run in both]
    rows["CPU time of the driver process, ms"] = [f"{run['driver_cpu_seconds_per_film'] * 1000:.1f}" for run in both]
    rows["data read, kB"] = [f"{run['bytes_read_per_film'] / 1e3:.0f}" for run in both]
    rows["data written, kB"] = [f"{run['bytes_written_per_film'] / 1e3:.0f}" for run in both]
    rows["files written"] = [f"{run['files_written_per_film']:.2f}" for run in both]
    rows["largest object passed between stages, MB"] = [f"{run['manifest_largest_carried_mb']:.1f}" for run in both]
    rows["memory growth of all processes, kB"] = [_gained(run["series"]) for run in both]
    rows["films measured"] = [f"{run['films']:,}" for run in both]
    return "\n".join(lines + [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()])


def _most_workers(archive: Mapping) -> tuple[int, dict[str, Mapping]]:
    """Return the largest number of workers, and the runs of `chestxr archive` with it by kind of film."""
    workers = max(run["workers"] for run in archive["runs"])
    runs = {run["kind"]: run for run in archive["runs"] if run["program"] == "archive" and run["workers"] == workers}
    return workers, runs


def _gained(series: Sequence[Sequence[float]]) -> str:
    """Return the slope of memory over films, without the first quarter of the films; "" if there are few films."""
    _, films, megabytes = np.array(series).T
    if films.max() < _MANY:
        return ""
    late = films > films.max() / 4
    return f"{np.polyfit(films[late], megabytes[late], 1)[0] * 1024:.0f}"


def _planned(archive: Mapping) -> str:
    film, listing = _most_workers(archive)[1]["dicom"], archive["listing"]
    core_seconds, driver_seconds = film["cpu_seconds_per_film"], film["driver_cpu_seconds_per_film"]
    memory = film["peak_memory_mb"] / 1024 / film["workers"]
    lines = [
        "| plan, radiographs in DICOM | " + " | ".join(f"{count:,} films" for count in _ARCHIVES) + " |",
        "|---" * (1 + len(_ARCHIVES)) + "|",
    ]
    rate = [count / (_DAYS * 86400) for count in _ARCHIVES]
    cores = [math.ceil(each * core_seconds) for each in rate]
    hours = [count * core_seconds / 3600 for count in _ARCHIVES]
    rows = {
        "core-hours": [f"{each:,.0f}" for each in hours],
        f"cost at {_USD_PER_CORE_HOUR} USD per core-hour": [f"{each * _USD_PER_CORE_HOUR:,.0f} USD" for each in hours],
        f"cores, to finish in {_DAYS} days": [f"{each:,}" for each in cores],
        f"memory for these cores, {memory:.1f} GB each": [f"{each * memory:,.0f} GB" for each in cores],
        "parallel runs, at least (each driver process keeps one core busy)": [
            f"{math.ceil(each * driver_seconds):,}" for each in rate
        ],
        "read rate": [f"{each * film['bytes_read_per_film'] / 1e6:,.0f} MB/s" for each in rate],
        "read in total": [f"{count * film['bytes_read_per_film'] / 1e12:,.1f} TB" for count in _ARCHIVES],
        "written in total": [f"{count * film['bytes_written_per_film'] / 1e12:,.1f} TB" for count in _ARCHIVES],
        "files written": [f"{count * film['files_written_per_film']:,.0f}" for count in _ARCHIVES],
        "memory of the list of films, in a single run": [
            f"{count * listing['bytes_per_film'] / 1e9:,.1f} GB" for count in _ARCHIVES
        ],
    }
    return "\n".join(lines + [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()])


# The functions that print archive.json, by the name of the table.
TABLES: dict[str, Callable[[Mapping], str]] = {
    "archive runs": _runs,
    "archive, per film": _per_film,
    "archive plan": _planned,
}
