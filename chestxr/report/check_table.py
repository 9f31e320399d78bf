"""A collection's check as a table for the terminal."""

from collections import Counter

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chestxr.data.check import COUNTS, CheckReport

__all__ = ["check_table"]

_COUNTS_OF_PROBLEMS = ("size mismatch", "unreadable", "duplicate")


def check_table(report: CheckReport) -> RenderableType:
    """
    Draw counts by site and label, then a line for every problem.

    Parameters
    ----------
    report : CheckReport
        A complete report.

    Returns
    -------
    rich.console.RenderableType
        What a rich console prints.
    """
    table = Table("site", "label", *COUNTS)
    for column in table.columns[2:]:
        column.justify = "right"
    for (site, label), counts in sorted(report.counts.items()):
        table.add_row(site, label, *_cells(counts))
    table.add_section()
    table.add_row("all", "", *_cells(sum(report.counts.values(), Counter())), style="bold")
    lines = [Text(f"{problem.kind}: {problem.path}: {problem.detail}", "red") for problem in report.problems]
    verdict = f"{len(report.problems)} problems" if report.problems else "clean"
    return Group(table, Text(f"masks without a film: {report.masks_without_film}"), *lines, Text(verdict, "bold"))


def _cells(counts: Counter) -> list[Text]:
    return [Text(str(counts[name]), "red" if name in _COUNTS_OF_PROBLEMS and counts[name] else "") for name in COUNTS]
