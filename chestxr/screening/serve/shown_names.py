"""Show the names of the dropped files in a report that was written with the films' keys."""

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path

from jinja2.utils import htmlsafe_json_dumps

from chestxr.utils.atomic import write_text

__all__ = ["show_names"]

# As text of an element, and in the data of a film. In attributes, addresses and paths of pictures the key stays.
_SHOWN = re.compile(r'(?<=>)[^<>"]+(?=<)|(?<="name": ")[^"]+(?=")')


def show_names(report: Path, names: Mapping[str, str]) -> None:
    """
    Replace the keys of films in a report by names, where they are shown.

    Parameters
    ----------
    report : pathlib.Path
        HTML of a report, as written by :py:func:`chestxr.screening.html.page.write_page`.
    names : mapping of str to str
        Names by key.
    """
    page = report.read_text(encoding="utf-8")

    def name(found: re.Match) -> str:
        shown = names.get(found[0])
        if shown is None:
            return found[0]
        in_text = page[found.start() - 1] == ">"
        return escape(shown) if in_text else str(htmlsafe_json_dumps(shown))[1:-1]

    write_text(report, _SHOWN.sub(name, page))
