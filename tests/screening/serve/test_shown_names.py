"""Names of dropped files in a report."""

import json
import re
from html import unescape

from chestxr.screening.serve.shown_names import show_names

NAME = '</script><b>"film-0002"</b> & \u80f8\u7247.dcm'
REPORT = (
    '<tr data-film="film-0001"><th>{}</th><td><a href="#film=film-0001">{}</a></td><td>film-0003</td></tr>'
    '<script type="application/json">{{"name": "{}", "full": "pictures/film-0001.webp"}}</script>'
)


def test_names_are_shown_and_keys_stay_in_paths_and_addresses(tmp_path):
    report = tmp_path / "report.html"
    report.write_text(REPORT.format(*["film-0001"] * 3))
    show_names(report, {"film-0001": NAME, "film-0002": "other"})
    html = report.read_text(encoding="utf-8")
    texts = re.findall(r">([^<>]+)<", html.partition("<script")[0])
    assert [unescape(text) for text in texts] == [NAME, NAME, "film-0003"]
    assert json.loads(re.search(r"json\">(.*?)</script>$", html)[1]) == {
        "name": NAME,
        "full": "pictures/film-0001.webp",
    }
    assert 'data-film="film-0001"' in html and 'href="#film=film-0001"' in html and html.count("</script>") == 1
