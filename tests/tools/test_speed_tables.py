"""The README's speeds are those that the benchmarks measured."""

import importlib.util
import json
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_readme_prints_the_measured_speeds():
    spec = importlib.util.spec_from_file_location("speed_tables", REPOSITORY / "tools/results/speed_tables.py")
    tables = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tables)
    measured = (
        json.loads((REPOSITORY / "tools" / "benchmarks" / f"{name}.json").read_text())
        for name in ("segmentation", "features")
    )
    assert tables.speed(*measured) in (REPOSITORY / "README.md").read_text()
