"""The printed tables are those that the results give."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tables():
    sys.path.insert(0, str(REPOSITORY / "tools" / "results"))
    spec = importlib.util.spec_from_file_location("write_tables", REPOSITORY / "tools/results/write_tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_readme_and_model_cards_print_the_results(tables):
    rows = {model: tables._load(model) for model in tables.NAMES}
    readme = (REPOSITORY / "README.md").read_text()
    assert tables.comparison(rows) in readme and tables.splits(rows["unet"]) in readme
    for model in tables.NAMES:
        card = (tables._bundle(model) / "docs" / "README.md").read_text()
        assert tables.details(rows[model]) in card and tables.choices(rows[model]) in card


def test_readme_and_model_card_print_the_screening_results(tables):
    bundle = REPOSITORY / "bundles" / "cxr_tuberculosis_screening"
    rows = json.loads((bundle / "docs" / "results.json").read_text())["rows"]
    print_ = tables.screening_tables
    assert print_.screening(rows) in (REPOSITORY / "README.md").read_text()
    card = (bundle / "docs" / "README.md").read_text()
    for table in (print_.groups, print_.local_thresholds, print_.controls, print_.ablations):
        assert table(rows) in card
    assert print_.screening(rows, calibration=True) in card
    for name, source in tables.ROBUSTNESS.items():
        measured = json.loads((bundle / "docs" / f"{source}.json").read_text())["rows"]
        assert getattr(tables.robustness_tables, name)(measured) in card


def test_an_ambiguous_row_is_refused(tables):
    rows = [{"site": "a", "value": 1.0}, {"site": "a", "value": 2.0}]
    with pytest.raises(ValueError, match="2 rows"):
        tables.find(rows, site="a")
    assert tables.find(rows, site="b") is None
