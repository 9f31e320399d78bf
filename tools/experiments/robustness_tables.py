"""Tables of what spoilt films do to masks, scores and alarms, as the screening bundle's model card prints them."""

__all__ = ["outlying_features", "robustness_outlines", "robustness_scores"]

_OUTLINES = {
    "Dice, Montgomery": ("dice", "montgomery"),
    "Dice, Shenzhen": ("dice", "shenzhen"),
    "flagged": ("flagged", "all"),
    "poor outlines": ("poor outlines", "all"),
    "poor and not flagged": ("unflagged poor outlines", "all"),
}
_SCORES = {
    "AUC": ("auc", "all"),
    "sensitivity": ("sensitivity at threshold", "all"),
    "specificity": ("specificity at threshold", "all"),
    "refused": ("refused", "all"),
    "warned of": ("warned of", "all"),
    "wrong in silence": ("wrong in silence", "all"),
}
_QUANTILES = ("median", "95%", "99%", "largest")


def robustness_outlines(rows: list[dict]) -> str:
    """Show what the outlines lose, and how many films are flagged, for every perturbation at every strength."""
    return _table(rows, _OUTLINES)


def robustness_scores(rows: list[dict]) -> str:
    """Show what the scores lose, and how many films are refused or warned of, where that was measured."""
    return _table(rows, _SCORES)


def outlying_features(rows: list[dict]) -> str:
    """Show how many outlying features films have, and how many are warned of, from rows of outlying_features.json."""
    lines = [_line("films", "n", *_QUANTILES, "warned of"), _line(*["---"] * (3 + len(_QUANTILES)))]
    found: dict[str, dict] = {}
    for row in rows:
        found.setdefault(row["group"], {})[row["metric"]] = row
    for group, measured in found.items():
        quantiles = (f"{measured[name]['value']:.3f}" for name in _QUANTILES)
        warned = measured["warned of"]
        lines.append(_line(group, str(warned["n"]), *quantiles, _cell(warned)))
    return "\n".join(lines)


def _table(rows: list[dict], columns: dict[str, tuple[str, str]]) -> str:
    found: dict[tuple, dict] = {}
    for row in rows:
        step = (row["perturbation"], row["strength"], row["unit"])
        found.setdefault(step, {})[row["metric"], row["site"]] = row
    several = {name for name, strength, _ in found if strength not in (0, 1)}
    lines = [_line("films", *columns), _line(*["---"] * (1 + len(columns)))]
    for (name, strength, unit), measured in found.items():
        if any(column in measured for column in columns.values()):
            title = f"{name}, {strength:g}" if name in several else name
            title += f" ({unit})" if unit else ""
            lines.append(_line(title, *(_cell(measured.get(column)) for column in columns.values())))
    return "\n".join(lines)


def _cell(row: dict | None) -> str:
    return f"{row['value']:.3f} [{row['low']:.3f}, {row['high']:.3f}]" if row else ""


def _line(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"
