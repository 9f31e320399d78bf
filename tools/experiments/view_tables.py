"""The table of the check of a film's view, as the screening bundle's model card prints it."""

__all__ = ["view"]

_COLUMNS = {
    "AUROC": "auc",
    "caught at 2% false alarm": "caught at 2% false alarm",
    "and named": "named at 2% false alarm",
    "caught by the shipped limit": "caught at the shipped limit",
    "false alarm by the shipped limit": "false alarm at the shipped limit",
}


def view(rows: list[dict]) -> str:
    """Show what is caught and what is taken for something else, by site and kind of films, from rows of view.json."""
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
