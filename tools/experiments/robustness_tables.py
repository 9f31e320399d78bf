"""Tables of the screening bundle's docs/robustness.md: degraded films, and features out of distribution."""

__all__ = ["outlying_features", "robustness_scores", "robustness_segmentation"]

_SEGMENTATION = {
    "Dice, Montgomery": ("dice", "montgomery"),
    "Dice, Shenzhen": ("dice", "shenzhen"),
    "flagged": ("flagged", "all"),
    "poor": ("poor outlines", "all"),
    "poor and not flagged": ("unflagged poor outlines", "all"),
}
_SCORES = {
    "AUC": ("auc", "all"),
    "sensitivity": ("sensitivity at threshold", "all"),
    "specificity": ("specificity at threshold", "all"),
    "refused": ("refused", "all"),
    "with a warning": ("warned of", "all"),
    "wrong without a warning": ("wrong in silence", "all"),
}
_QUANTILES = ("median", "95%", "99%", "largest")
_GROUPS = {"ill": "TB-positive", "well": "TB-negative"}


def robustness_segmentation(rows: list[dict]) -> str:
    """Return the Dice and the share of flagged films for every degradation at every strength."""
    return _table(rows, _SEGMENTATION)


def robustness_scores(rows: list[dict]) -> str:
    """Return the scores and the shares of refused and flagged films, for the degradations that were scored."""
    return _table(rows, _SCORES)


def outlying_features(rows: list[dict]) -> str:
    """Return the share of features out of distribution, by group of films, from rows of outlying_features.json."""
    lines = [_line("films", "n", *_QUANTILES, "with a warning"), _line(*["---"] * (3 + len(_QUANTILES)))]
    found: dict[str, dict] = {}
    for row in rows:
        found.setdefault(row["group"], {})[row["metric"]] = row
    for group, measured in found.items():
        quantiles = (f"{measured[name]['value']:.3f}" for name in _QUANTILES)
        warned = measured["warned of"]
        lines.append(_line(_GROUPS.get(group, group), str(warned["n"]), *quantiles, _cell(warned)))
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
