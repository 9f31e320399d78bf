"""Send a report with links to the batch it belongs to; the saved file has none."""

import re
from collections.abc import Iterator
from pathlib import Path

__all__ = ["report_with_links"]

# The start of the body is near the start of the file.
_HEAD = 2**20
_BODY = re.compile(rb"<body[^>]*>")


def report_with_links(path: Path, links: str) -> Iterator[bytes]:
    """
    Yield a report in pieces, with links at the top of its body.

    Parameters
    ----------
    path : pathlib.Path
        The report, which may be large.
    links : str
        HTML of the links.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        body = _BODY.search(head)
        place = body.end() if body else 0
        yield head[:place] + links.encode() + head[place:]
        while chunk := file.read(_HEAD):
            yield chunk
