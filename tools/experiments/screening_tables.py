"""Tables of the screening bundle's model card."""

from typing import NamedTuple

__all__ = ["ablations", "controls", "groups", "local_thresholds", "screening"]

_DECISIONS = ("auc", "sensitivity at threshold", "specificity at threshold", "specificity at 90% sensitivity")
_CALIBRATION = ("brier score", "calibration slope", "calibration intercept")
_WAYS = {
    "Shenzhen, in-site": ("shenzhen", "shenzhen", None),
    "Montgomery, in-site": ("montgomery", "montgomery", None),
    "Shenzhen to Montgomery": ("shenzhen", "montgomery", False),
    "adapted": ("shenzhen", "montgomery", True),
    "Montgomery to Shenzhen": ("montgomery", "shenzhen", False),
    "adapted ": ("montgomery", "shenzhen", True),
}


class _About(NamedTuple):
    """What was scored."""

    experiment: str
    training: str
    test: str
    adapted: bool | None
    group: str | None
    control: str | None
    ablation: str | None


def screening(rows: list[dict]) -> str:
    """Return discrimination and calibration within a site, across sites, and of the shipped classifier."""
    metrics = _DECISIONS + _CALIBRATION
    heads = ("AUC", *(metric.replace("brier", "Brier") for metric in metrics[1:]))
    lines = [_line("trained on", "tested on", *heads), _line(*["---"] * (2 + len(metrics)))]
    for about, found in _measured(rows, ("in site", "across sites", "shipped")).items():
        if about.group == "all" and "auc" in found:
            source = {"both": "both sites (shipped)"}.get(about.training, about.training.capitalize())
            tested = {"all": "both"}.get(about.test, about.test.capitalize())
            tested = f"test films of {tested}" if about.experiment == "shipped" else tested
            how = {None: "", False: ", not adapted", True: ", adapted"}[about.adapted]
            kind = ", nested cross-validation" if about.experiment == "in site" else ""
            tested += f"{how}{kind} ({found['auc']['n']})"
            lines.append(_line(source, tested, *(_cell(found[metric]) for metric in metrics)))
    return "\n".join(lines)


def groups(rows: list[dict]) -> str:
    """Return the in-site scores by sex, age and reading; films of one reading are all TB-positive, and have no AUC."""
    lines = [_line("site", "group", "films", "AUC", "sensitivity at threshold", "specificity at threshold")]
    lines.append(_line(*["---"] * 6))
    for about, found in _measured(rows, ("in site",)).items():
        if about.group != "all":
            films = str(found["sensitivity at threshold"]["n"])
            cells = (_cell(found[metric]) if metric in found else "" for metric in _DECISIONS[:3])
            lines.append(_line(about.test.capitalize(), about.group, films, *cells))
    return "\n".join(lines)


def local_thresholds(rows: list[dict]) -> str:
    """Return sensitivity and specificity at a threshold set on 20 labelled films of the new site."""
    lines = [_line("trained on", "tested on", "sensitivity", "specificity"), _line(*["---"] * 4)]
    for about, found in _measured(rows, ("across sites",)).items():
        cells = [_cell(row) for metric, row in found.items() if "local films" in metric]
        tested = about.test.capitalize() + (", adapted" if about.adapted else ", not adapted")
        lines.append(_line(about.training.capitalize(), tested, *cells))
    return "\n".join(lines)


def controls(rows: list[dict]) -> str:
    """Return the AUC of the negative controls."""
    lines = [_line("control", "trained on", "tested on", "AUC"), _line(*["---"] * 4)]
    for about, found in _measured(rows, ("controls",)).items():
        tested = about.test.capitalize() + (", adapted" if about.adapted else "")
        lines.append(_line(about.control, about.training.capitalize(), tested, _cell(found["auc"])))
    return "\n".join(lines)


def ablations(rows: list[dict]) -> str:
    """Return the AUC of every ablation, within a site and across sites."""
    measured = _measured(rows, ("ablations",))
    lines = [_line("AUC", *_WAYS), _line(*["---"] * (1 + len(_WAYS)))]
    for ablation in dict.fromkeys(about.ablation for about in measured):
        cells = []
        for source, target, adapted in _WAYS.values():
            about = _About("ablations", source, target, adapted, None, None, ablation)
            cells.append(_cell(measured[about]["auc"]))
        lines.append(_line(ablation, *cells))
    return "\n".join(lines)


def _measured(rows: list[dict], experiments: tuple[str, ...]) -> dict[_About, dict[str, dict]]:
    """Group rows by what was scored, then by metric."""
    found: dict[_About, dict[str, dict]] = {}
    for row in rows:
        if row["experiment"] in experiments:
            about = _About(*(row.get(name) for name in _About._fields))
            found.setdefault(about, {})[row["metric"]] = row
    return found


def _cell(row: dict) -> str:
    return f"{row['value']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell.strip() for cell in cells) + " |"
