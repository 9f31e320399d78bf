"""The READMEs and model cards print tables made from the results."""

import re

import pytest

from tests.tools.repository import REPOSITORY
from tools.experiments import write_tables as tables

PRINTED = tables.printed()


@pytest.mark.parametrize("path", PRINTED, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_a_document_prints_the_results(path):
    text = path.read_text()
    shown = dict(re.findall(r"<!-- (?!end of )(.+?) -->\n(.*?)\n<!-- end of \1 -->", text, re.DOTALL))
    assert shown == PRINTED[path]


def test_the_readme_shows_what_is_lost_at_another_site():
    """Its one table has the segmentation of both networks, and the score inside and across sites."""
    lines = PRINTED[REPOSITORY / "README.md"]["results"].splitlines()[2:]
    assert 4 <= len(lines) <= 8
    assert [line for line in lines if "Montgomery only" in line and "Shenzhen, all 662 films" in line]


def test_ambiguous_row_raises():
    rows = [{"site": "a", "value": 1.0}, {"site": "a", "value": 2.0}]
    with pytest.raises(ValueError, match="2 rows"):
        tables.find(rows, site="a")
    assert tables.find(rows, site="b") is None
