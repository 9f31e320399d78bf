"""The tables of the plan for large archives, from what tools/benchmarks/archive.py measured."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

__all__ = ["scale"]

# Assumptions, named as such in the tables.
_USD_PER_CORE_HOUR = 0.04
_DAYS = 7
_ARCHIVES = (1_000_000, 100_000_000)
_KINDS = {"dicom": "radiograph in DICOM", "png": "512 x 512 px PNG"}
# Fewer films do not tell whether memory grows.
_MANY = 5000
_STAGES = {
    "read": "read and prepared",
    "outline": "lungs outlined, one film at a time",
    "finish": "measured, scored, written",
}


def scale(archive: Mapping) -> str:
    """
    Tell what a film takes, and what archives of a million and of a hundred million films take.

    Parameters
    ----------
    archive : mapping
        As tools/benchmarks/archive.py writes it.
    """
    workers = max(run["workers"] for run in archive["runs"])
    runs = {run["kind"]: run for run in archive["runs"] if run["program"] == "archive" and run["workers"] == workers}
    return "\n\n".join((_runs(archive["runs"]), _measured(runs, workers), _planned(runs["dicom"], archive["listing"])))


def _runs(runs: Sequence[Mapping]) -> str:
    lines = [
        "| run | films | films a second | cores busy | memory of all processes, GB | at most, GB |",
        "|---" * 6 + "|",
    ]
    for run in sorted(runs, key=lambda run: (run["kind"], run["workers"], run["program"]), reverse=True):
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


def _measured(runs: Mapping[str, Mapping], workers: int) -> str:
    lines = [f"| measured, {workers} workers, a film | " + " | ".join(_KINDS.values()) + " |", "|---" * 3 + "|"]
    seconds = [runs[kind]["manifest_seconds_per_film"] for kind in _KINDS]
    rows = {f"{words}, ms": [f"{taken[stage] * 1000:.0f}" for taken in seconds] for stage, words in _STAGES.items()}
    both = [runs[kind] for kind in _KINDS]
    rows["processor time of all processes, ms"] = [f"{run['cpu_seconds_per_film'] * 1000:.0f}" for run in both]
    rows["of which the program that hands films out, ms"] = [
        f"{run['driver_cpu_seconds_per_film'] * 1000:.1f}" for run in both
    ]
    rows["read, kB"] = [f"{run['bytes_read_per_film'] / 1e3:.0f}" for run in both]
    rows["written, kB"] = [f"{run['bytes_written_per_film'] / 1e3:.0f}" for run in both]
    rows["written, files"] = [f"{run['files_written_per_film']:.2f}" for run in both]
    rows["between two stages at most, MB"] = [f"{run['manifest_largest_carried_mb']:.1f}" for run in both]
    rows["memory that all processes gain, kB"] = [_gained(run["series"]) for run in both]
    rows["films in this measurement"] = [f"{run['films']:,}" for run in both]
    return "\n".join(lines + [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()])


def _gained(series: Sequence[Sequence[float]]) -> str:
    """Return the slope of memory over films, after the first quarter of the films; "" where they are few."""
    _, films, megabytes = np.array(series).T
    if films.max() < _MANY:
        return ""
    late = films > films.max() / 4
    return f"{np.polyfit(films[late], megabytes[late], 1)[0] * 1024:.0f}"


def _planned(film: Mapping, listing: Mapping) -> str:
    core_seconds, driver_seconds = film["cpu_seconds_per_film"], film["driver_cpu_seconds_per_film"]
    memory = film["peak_memory_mb"] / 1024 / film["workers"]
    lines = [
        "| planned, radiographs in DICOM | " + " | ".join(f"{count:,} films" for count in _ARCHIVES) + " |",
        "|---" * (1 + len(_ARCHIVES)) + "|",
    ]
    rate = [count / (_DAYS * 86400) for count in _ARCHIVES]
    cores = [math.ceil(each * core_seconds) for each in rate]
    hours = [count * core_seconds / 3600 for count in _ARCHIVES]
    rows = {
        "core hours": [f"{each:,.0f}" for each in hours],
        f"cost, if a core hour costs {_USD_PER_CORE_HOUR} USD": [
            f"{each * _USD_PER_CORE_HOUR:,.0f} USD" for each in hours
        ],
        f"cores, to be done in {_DAYS} days": [f"{each:,}" for each in cores],
        f"memory for as many, {memory:.1f} GB each": [f"{each * memory:,.0f} GB" for each in cores],
        "runs side by side at least, if handing films out takes each a whole core": [
            f"{math.ceil(each * driver_seconds):,}" for each in rate
        ],
        "read from the archive": [f"{each * film['bytes_read_per_film'] / 1e6:,.0f} MB/s" for each in rate],
        "read in all": [f"{count * film['bytes_read_per_film'] / 1e12:,.1f} TB" for count in _ARCHIVES],
        "written in all": [f"{count * film['bytes_written_per_film'] / 1e12:,.1f} TB" for count in _ARCHIVES],
        "files written": [f"{count * film['files_written_per_film']:,.0f}" for count in _ARCHIVES],
        "memory of the list of films, in one run": [
            f"{count * listing['bytes_per_film'] / 1e9:,.1f} GB" for count in _ARCHIVES
        ],
    }
    return "\n".join(lines + [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()])
