"""The command line, as a user meets it."""

import subprocess
import sys

import pytest
from PIL import Image
from typer.testing import CliRunner

from chestxr.cli import app
from tests.phantom import write_collection

run = CliRunner().invoke


def test_check_says_by_its_status_whether_a_collection_is_clean(collection, tmp_path):
    assert run(app, ["data", "check", str(collection)]).exit_code == 0
    write_collection(tmp_path, 4)
    next((tmp_path / "CXR_png").iterdir()).write_bytes(b"broken")
    result = run(app, ["data", "check", str(tmp_path)])
    assert result.exit_code == 1 and "unreadable" in result.output
    assert run(app, ["data", "check", str(tmp_path / "nowhere")]).exit_code == 2


def test_split_writes_a_datalist(tmp_path):
    write_collection(tmp_path, 40)
    result = run(app, ["data", "split", str(tmp_path), "--out", str(tmp_path / "split.json"), "--fold", "2"])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "split.json").read_text().count('"film"') == 40


@pytest.mark.parametrize("extra", [[], ["--augment", "--films", "2"]])
def test_show_draws_a_sheet(collection, tmp_path, extra):
    result = run(app, ["data", "show", str(collection), "--out", str(tmp_path / "sheet.png"), *extra])
    assert result.exit_code == 0, result.output
    sheet = Image.open(tmp_path / "sheet.png").convert("RGB")
    colours = {colour for _, colour in sheet.getcolors(sheet.width * sheet.height)}
    assert {(230, 159, 0), (86, 180, 233)} <= colours


def test_help_is_quick_to_come():
    """Nothing heavy is imported before a command needs it."""
    program = "import sys, chestxr.cli; print([name for name in ('torch', 'monai', 'pandas') if name in sys.modules])"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"
