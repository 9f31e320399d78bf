"""The table of the view check, in the screening bundle's model card."""

__all__ = ["view"]

_COLUMNS = {
    "AUROC": "auc",
    "detected at 2% false alarms": "caught at 2% false alarm",
    "named correctly": "named at 2% false alarm",
    "detected at the shipped limit": "caught at the shipped limit",
    "false alarms at the shipped limit": "false alarm at the shipped limit",
}


def view(rows: list[dict]) -> str:
    """Return detection and false alarm rates by site and kind of film, from rows of view.json."""
    found: dict[tuple, dict] = {}
    for row in rows:
        found.setdefault((row["site"], row["films"]), {})[row["metric"]] = row
    lines = [_line("site", "films", "n", *_COLUMNS), _line(*["---"] * (3 + len(_COLUMNS)))]
    for (site, films), measured in found.items():
        n = str(next(iter(measured.values()))["n"])
        lines.append(_line(site, films, n, *(_cell(measured.get(metric)) for metric in _COLUMNS.values())))
    return "\n".join(lines)


def _cell(row: dict | None) -> str:
    return f"{row['value']:.3f} [{row['low']:.3f}, {row['high']:.3f}]" if row else ""


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
