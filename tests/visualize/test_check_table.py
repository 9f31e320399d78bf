"""The check table shows all counts and problems in 80 columns."""

from io import StringIO
from pathlib import Path

from rich.console import Console

from chestxr.data.check import CheckReport, Problem
from chestxr.visualize.check_table import check_table


def _print(report: CheckReport) -> str:
    console = Console(file=StringIO(), width=80)
    console.print(check_table(report), soft_wrap=True)
    return console.file.getvalue()


def test_counts_and_problems_are_printed_in_full():
    report = CheckReport()
    counts = {"films": 1000, "masks": 1000, "pairs": 1000, "without mask": 1000}
    problem = Problem("unreadable", Path("films") / f"{'x' * 90}.png", "an empty file")
    report.add("montgomery", 1, counts, [problem])
    report.add("shenzhen", None, {"films": 7}, [])
    text = _print(report)
    assert "montgomery tuberculosis" in text and "shenzhen   unknown" in text and "1007" in text
    assert "\N{HORIZONTAL ELLIPSIS}" not in text
    assert f"unreadable: {problem.path}: an empty file\n1 problem\n" in text


def test_unprintable_names_are_escaped():
    report = CheckReport()
    report.add("ours-\udce9[/]", 0, {}, [Problem("mask without film", Path("masks/a\nb-\udce9.png"), "of no film")])
    text = _print(report)
    assert "mask without film: masks/a\\nb-\\udce9.png: of no film\n" in text and "ours-\\udce9[/]" in text


def test_clean_collection_is_reported():
    report = CheckReport()
    report.add("ours", 0, {"films": 1}, [])
    assert _print(report).endswith("clean\n")
