"""Table of what spoilt films do to masks, scores and alarms, as the screening bundle's model card prints it."""

__all__ = ["robustness"]

_COLUMNS = {
    "Dice, Montgomery": ("dice", "montgomery"),
    "Dice, Shenzhen": ("dice", "shenzhen"),
    "flagged": ("flagged", "all"),
    "refused a score": ("no score", "all"),
    "poor outlines": ("poor outlines", "all"),
    "poor and not flagged": ("unflagged poor outlines", "all"),
    "AUC": ("auc", "all"),
    "sensitivity": ("sensitivity at threshold", "all"),
    "specificity": ("specificity at threshold", "all"),
}


def robustness(rows: list[dict]) -> str:
    """Show every perturbation at every strength; cells that were not measured stay empty."""
    found: dict[tuple, dict] = {}
    for row in rows:
        step = (row["perturbation"], row["strength"], row["unit"])
        found.setdefault(step, {})[row["metric"], row["site"]] = row
    lines = [_line("films", *_COLUMNS), _line(*["---"] * (1 + len(_COLUMNS)))]
    several = {name for name, strength, _ in found if strength not in (0, 1)}
    for (name, strength, unit), measured in found.items():
        title = f"{name}, {strength:g}" if name in several else name
        title += f" ({unit})" if unit else ""
        lines.append(_line(title, *(_cell(measured.get(column)) for column in _COLUMNS.values())))
    return "\n".join(lines)


def _cell(row: dict | None) -> str:
    return f"{row['value']:.3f} [{row['low']:.3f}, {row['high']:.3f}]" if row else ""


def _line(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"
