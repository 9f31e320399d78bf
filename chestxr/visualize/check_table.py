"""Table of a collection check for the terminal."""

from collections import Counter

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chestxr.data.check import COUNTS, CheckReport
from chestxr.utils.text import escape_path

__all__ = ["check_table"]

# Headings narrow enough for a terminal of 80 columns.
_HEADINGS = {
    "without mask": "no\nmask",
    "mask without film": "no\nfilm",
    "size mismatch": "wrong\nsize",
    "unreadable": "unread-\nable",
    "duplicate": "dupli-\ncate",
}
_COUNTS_OF_PROBLEMS = ("mask without film", "size mismatch", "unreadable", "duplicate")


def check_table(report: CheckReport) -> RenderableType:
    """
    Return a table of counts by site and label, followed by a line for every problem.

    The columns "no mask", "no film" and "wrong size" count films without a mask, masks without a film, and masks of
    another size than their film.

    Parameters
    ----------
    report : CheckReport
        A complete report.

    Returns
    -------
    rich.console.RenderableType
        An object that a rich console can print.
    """
    table = Table("site", "label", box=box.SIMPLE_HEAD, show_edge=False, padding=0)
    for name in COUNTS:
        table.add_column(_HEADINGS.get(name, name), justify="right")
    for (site, label), counts in sorted(report.counts.items()):
        table.add_row(Text(escape_path(site)), label, *_cells(counts))
    table.add_section()
    table.add_row("all", "", *_cells(sum(report.counts.values(), Counter())), style="bold")
    lines = [
        Text(f"{problem.kind}: {escape_path(problem.path)}: {problem.detail}", "red") for problem in report.problems
    ]
    faults = len(report.problems)
    verdict = f"{faults} problem{'' if faults == 1 else 's'}" if faults else "clean"
    return Group(table, *lines, Text(verdict, "bold"))


def _cells(counts: Counter) -> list[Text]:
    return [Text(str(counts[name]), "red" if name in _COUNTS_OF_PROBLEMS and counts[name] else "") for name in COUNTS]
