"""Messages of ``chestxr pacs screen`` when requests for some films fail."""

import re
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from chestxr.cli import app
from chestxr.cli.pacs import _pass
from chestxr.screening.pacs import Worklist
from chestxr.utils.archive_errors import ArchiveError, UnavailableError
from tests.dicomweb.stub_archive import Answer, as_json, entry, stub_archive

pytestmark = pytest.mark.slow

STUDY = "1.2.3"


def _screen(tmp_path, failing: tuple[str, ...]):
    """Screen an archive of two series whose only film has a report; it denies access to some series."""

    def said(method: str, path: str, body: bytes) -> Answer:
        if asked := re.search(r"SOPInstanceUID=([\d.]+)", path):
            return as_json([entry(instance=asked[1])])
        if path.startswith("/series"):
            listed = [entry(study=STUDY, series=series) for series in ("1.2.4", "1.2.5")]
            return as_json(listed if "Modality=CR" in path else [])
        return Answer(status=403) if any(series in path for series in failing) else as_json([entry(instance="1.2.6")])

    with stub_archive(said) as url:
        command = ["pacs", "screen", url, "--out", str(tmp_path / "out"), "--since", "1990-01-01"]
        return CliRunner().invoke(app, command)


def test_failed_series_is_reported_with_the_reason(tmp_path):
    outcome = _screen(tmp_path, failing=("1.2.4",))
    assert outcome.exit_code == 1
    assert "refuses access (403)" in outcome.output and "(1 series or films)" in outcome.output
    assert "0 of 0 new films screened; 1 screened before; 1 skipped" in outcome.output
    assert STUDY not in outcome.output.replace("127.0.0.1", "")


def test_failure_of_every_series_is_an_error(tmp_path):
    outcome = _screen(tmp_path, failing=("1.2.4", "1.2.5"))
    assert outcome.exit_code == 2
    assert "refuses access (403)" in outcome.output


def test_watch_reports_a_failure_once(capsys):
    failing = Worklist()
    failing.skipped.failed += [ArchiveError("https://pacs.example: answers with status 500")] * 2
    outage = UnavailableError("https://pacs.example: does not answer")
    looks, reported = [failing, failing, outage, outage, Worklist(), failing], set()

    def find(since) -> Worklist:
        look = looks.pop(0)
        if isinstance(look, UnavailableError):
            raise look
        return look

    while looks:
        assert _pass(SimpleNamespace(find=find), "1d", True, reported) == 0
    failure = "https://pacs.example: answers with status 500 (2 series or films)"
    assert capsys.readouterr().err.splitlines() == [failure, str(outage), failure]
