"""The printed tables are those that the results give."""

import json

import pytest

from tests.tools.repository import REPOSITORY
from tools.experiments import write_tables as tables


def test_readme_and_model_cards_print_the_results():
    rows = {model: tables._load(model) for model in tables.NAMES}
    readme = (REPOSITORY / "README.md").read_text()
    assert tables.comparison(rows) in readme and tables.splits(rows["unet"]) in readme
    for model in tables.NAMES:
        card = (tables._bundle(model) / "docs" / "README.md").read_text()
        assert tables.details(rows[model]) in card and tables.choices(rows[model]) in card


def test_readme_and_model_card_print_the_screening_results():
    bundle = REPOSITORY / "bundles" / "cxr_tuberculosis_screening"
    rows = json.loads((bundle / "docs" / "results.json").read_text())["rows"]
    print_ = tables.screening_tables
    assert print_.screening(rows) in (REPOSITORY / "README.md").read_text()
    card = (bundle / "docs" / "README.md").read_text()
    for table in (print_.groups, print_.local_thresholds, print_.controls, print_.ablations):
        assert table(rows) in card
    assert print_.screening(rows, calibration=True) in card
    view = json.loads((bundle / "docs" / "view.json").read_text())["rows"]
    assert tables.view_tables.view(view) in card
    for name, source in tables.ROBUSTNESS.items():
        measured = json.loads((bundle / "docs" / f"{source}.json").read_text())["rows"]
        assert getattr(tables.robustness_tables, name)(measured) in card


def test_an_ambiguous_row_is_refused():
    rows = [{"site": "a", "value": 1.0}, {"site": "a", "value": 2.0}]
    with pytest.raises(ValueError, match="2 rows"):
        tables.find(rows, site="a")
    assert tables.find(rows, site="b") is None
