"""The archive benchmark measures whole process trees, and the plan is computed from its results."""

import json
import os
import re
import sys

from tests.tools.repository import REPOSITORY
from tools.experiments.scale_tables import TABLES


def test_plan_is_computed_from_the_cpu_time_per_film():
    measured = json.loads((REPOSITORY / "tools" / "benchmarks" / "archive.json").read_text())
    [film] = [
        run["cpu_seconds_per_film"]
        for run in measured["runs"]
        if (run["program"], run["kind"], run["workers"]) == ("archive", "dicom", 2)
    ]
    planned = re.search(r"\| core-hours \| ([\d,]+) \|", TABLES["archive plan"](measured))[1]
    assert int(planned.replace(",", "")) == round(film * 1e6 / 3600)


def test_memory_and_time_of_a_process_tree(tmp_path):
    """A program starts another one, which takes 200 MB and runs until a file appears."""
    from tools.benchmarks.process_tree import run_watched

    (tmp_path / "child.py").write_text(
        "import pathlib, sys\n"
        "taken = bytearray(b'x') * (200 << 20)\n"
        "pathlib.Path(sys.argv[1], 'taken').touch()\n"
        "while not pathlib.Path(sys.argv[1], 'end').exists(): sum(range(10000))\n"
    )
    command = f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, *{[str(tmp_path / 'child.py')]!r}, "
    command += f"{str(tmp_path)!r}]) or 3)"
    looks = []

    def done() -> int:
        looks.append((tmp_path / "taken").exists())
        if sum(looks) == 3:
            (tmp_path / "end").touch()
        return sum(looks)

    status, samples = run_watched((sys.executable, "-c", command), done, 0.05, os.environ)
    assert status == 3
    assert max(sample.memory_mb for sample in samples) > 200 > samples[0].memory_mb
    assert max(sample.largest_mb for sample in samples) > 200
    assert max(sample.processes for sample in samples) == 2
    assert samples[-1].cpu_seconds > samples[-1].root_cpu_seconds
