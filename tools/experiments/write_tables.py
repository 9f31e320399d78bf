"""
Write the tables of README.md and of the bundles' model cards, and the metadata's metrics, from the bundles'
docs/results.json, robustness.json, outlying_features.json and view.json, and from what tools/benchmarks and
tools/fuzzing measured.

    python -m tools.experiments.write_tables

A table stands between the lines ``<!-- NAME -->`` and ``<!-- end of NAME -->``; what is between them is replaced.
"""

import json
import re
from pathlib import Path

from chestxr.utils.atomic import write_text
from tools.experiments import (
    fuzzing_tables,
    robustness_tables,
    scale_tables,
    screening_tables,
    speed_tables,
    view_tables,
)

REPOSITORY = Path(__file__).parents[2]
NAMES = {"unet": "U-Net", "resunet": "ResUNet"}
RECIPE = "recipe augmentation"
# Tables of robustness_tables.py, and the results that they come from.
ROBUSTNESS = {
    "robustness_outlines": "robustness",
    "robustness_scores": "robustness",
    "outlying_features": "outlying_features",
}


def main() -> None:
    """Rewrite all tables."""
    rows = {model: _load(model) for model in NAMES}
    _replace(REPOSITORY / "README.md", "results", comparison(rows))
    _replace(REPOSITORY / "README.md", "splits", splits(rows["unet"]))
    for model in NAMES:
        card = _bundle(model) / "docs" / "README.md"
        _replace(card, "results", details(rows[model]))
        _replace(card, "choices", choices(rows[model]))
        _write_eval_metrics(_bundle(model) / "configs" / "metadata.json", _dice(rows[model]))
    _write_screening_tables()
    plan = REPOSITORY / "bundles" / "cxr_tuberculosis_screening" / "docs" / "scale.md"
    _replace(plan, "scale", scale_tables.scale(_result("benchmarks", "archive")))
    measured = (_result("benchmarks", name) for name in speed_tables.BENCHMARKS)
    _replace(REPOSITORY / "README.md", "speed", speed_tables.speed(*measured))
    found = (_result("fuzzing", name) for name in fuzzing_tables.FOUND)
    _replace(REPOSITORY / "README.md", "broken files", fuzzing_tables.broken_files(*found))


def _result(tools: str, name: str) -> dict:
    return json.loads((REPOSITORY / "tools" / tools / f"{name}.json").read_text())


def _write_screening_tables() -> None:
    bundle = REPOSITORY / "bundles" / "cxr_tuberculosis_screening"
    rows = json.loads((bundle / "docs" / "results.json").read_text())["rows"]
    _replace(REPOSITORY / "README.md", "screening", screening_tables.screening(rows))
    card = bundle / "docs" / "README.md"
    _replace(card, "screening", screening_tables.screening(rows, calibration=True))
    for name in ("groups", "local_thresholds", "controls", "ablations"):
        _replace(card, name, getattr(screening_tables, name)(rows))
    for name, source in ROBUSTNESS.items():
        measured = json.loads((bundle / "docs" / f"{source}.json").read_text())["rows"]
        _replace(card, name, getattr(robustness_tables, name)(measured))
    _replace(card, "view", view_tables.view(json.loads((bundle / "docs" / "view.json").read_text())["rows"]))
    auc = {
        f"auc_{row['test']}_test": round(row["value"], 4)
        for row in rows
        if row["experiment"] == "shipped" and row["metric"] == "auc" and row["test"] != "all"
    }
    _write_eval_metrics(bundle / "configs" / "metadata.json", auc)


def comparison(rows: dict[str, list[dict]]) -> str:
    """Compare the two bundles on the test films of the default split."""
    lines = ["| | " + " | ".join(NAMES[model] for model in rows) + " |", "|---" * (len(rows) + 1) + "|"]
    for site in ("montgomery", "shenzhen"):
        for metric, title in (("dice", "Dice"), ("iou", "IoU"), ("hd95", "HD95, px"), ("assd", "ASSD, px")):
            cells = [_cell(_on_test_films(rows[model], site, metric)) for model in rows]
            lines.append(f"| {site.capitalize()}, {title} | " + " | ".join(cells) + " |")
    for site in ("montgomery", "shenzhen"):
        cells = [_cell(_on_test_films(rows[model], site, "dice", "recipe", RECIPE)) for model in rows]
        lines.append(
            f"| {site.capitalize()}, Dice, trained with the recipe's augmentations too | {' | '.join(cells)} |"
        )
    cells = [_cell(_on_validation_films(rows[model], "all", "dice_loss", "as shipped")) for model in rows]
    lines.append("| validation loss (Dice loss) | " + " | ".join(cells) + " |")
    for metric, title in (("network time per film", "network, ms a film, one core"), ("parameters", "parameters")):
        cells = [_cell(find(rows[model], experiment="cost", metric=metric)) for model in rows]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def splits(rows: list[dict]) -> str:
    """Show the five folds together, and each site tested by a network that never saw it."""
    lines = ["| U-Net, both lungs | Montgomery, Dice | Shenzhen, Dice |", "|---|---|---|"]
    titles = {
        "five folds": "five folds: every film tested once",
        "montgomery-to-shenzhen": "learnt on Montgomery",
        "shenzhen-to-montgomery": "learnt on Shenzhen",
    }
    for split, title in titles.items():
        kind = {"split": split, "section": "test", "structure": "both lungs", "metric": "dice"}
        cells = [find(rows, site=site, **kind) for site in ("montgomery", "shenzhen")]
        lines.append(f"| {title} | " + " | ".join(_cell(row) if row else "" for row in cells) + " |")
    return "\n".join(lines)


def choices(rows: list[dict]) -> str:
    """Show what was compared on validation films before the network was shipped."""
    lines = ["| what | Montgomery, Dice | Shenzhen, Dice | both, Dice | ms a film | parameters |", "|---" * 6 + "|"]
    for training in dict.fromkeys(row["training"] for row in rows if row["experiment"] == "choices"):
        dice = [_on_validation_films(rows, site, "dice", training) for site in ("montgomery", "shenzhen", "all")]
        kind = {"experiment": "choices", "training": training}
        cost = [find(rows, metric=metric, **kind) for metric in ("network time per film", "parameters")]
        lines.append(f"| {training} | " + " | ".join(_cell(row) for row in (*dice, *cost)) + " |")
    return "\n".join(lines)


def details(rows: list[dict]) -> str:
    """List everything that was measured for both lungs, and each lung on the test films."""
    lines = ["| what | site | structure | Dice | median | IoU | HD95, px | n |", "|---|---|---|---|---|---|---|---|"]
    kinds = dict.fromkeys(
        (row["experiment"], row["split"], row["section"], row["variant"], row["training"])
        for row in rows
        if "split" in row and row["experiment"] != "choices"
    )
    for kind in kinds:
        own = [row for row in rows if tuple(row.get(key) for key in _KIND) == kind]
        structures = ("both lungs", "right lung", "left lung") if kind[0] == "default" else ("both lungs",)
        for site in sorted({row["site"] for row in own} - {"all"}):
            for structure in structures:
                dice, iou, hd95 = (
                    find(own, site=site, structure=structure, metric=name) for name in ("dice", "iou", "hd95")
                )
                cells = (_title(*kind), site.capitalize(), structure, _cell(dice), f"{dice['median']:.4f}")
                lines.append("| " + " | ".join((*cells, _cell(iou), _cell(hd95), str(dice["n"]))) + " |")
    return "\n".join(lines)


_KIND = ("experiment", "split", "section", "variant", "training")


def _title(experiment: str, split: str, section: str, variant: str, training: str) -> str:
    parts = [f"{split}, {section}"]
    parts += [variant.replace("_", " ")] if variant != "original" else []
    parts += [f"trained with {training}"] if training != "as shipped" else []
    return ", ".join(parts)


def find(rows: list[dict], **wanted) -> dict | None:
    """Return the one row that has the wanted values, or None; more than one is an error."""
    matching = [row for row in rows if all(row.get(key) == value for key, value in wanted.items())]
    if len(matching) > 1:
        raise ValueError(f"{len(matching)} rows have {wanted}; expected one")
    return matching[0] if matching else None


def _on_test_films(
    rows: list[dict], site: str, metric: str, experiment: str = "default", training: str = "as shipped"
) -> dict | None:
    """Return the row for both lungs on the unchanged test films of the default split."""
    kind = {"experiment": experiment, "section": "test", "structure": "both lungs", "training": training}
    return find(rows, site=site, metric=metric, **kind)


def _on_validation_films(rows: list[dict], site: str, metric: str, training: str) -> dict | None:
    """Return the row for both lungs on the validation films of the default split."""
    kind = {"section": "validation", "structure": "both lungs", "training": training}
    return find(rows, site=site, metric=metric, **kind)


def _cell(row: dict | None) -> str:
    if row is None:
        return "not measured"
    digits = {"1": 4, "px": 1, "ms": 1}[row["unit"]]
    if row["metric"] == "parameters":
        return f"{row['value']:,}"
    return f"{row['value']:.{digits}f} [{row['low']:.{digits}f}, {row['high']:.{digits}f}]"


def _bundle(model: str) -> Path:
    return REPOSITORY / "bundles" / f"cxr_lung_segmentation_{model}"


def _load(model: str) -> list[dict]:
    path = _bundle(model) / "docs" / "results.json"
    return json.loads(path.read_text())["rows"] if path.is_file() else []


def _dice(rows: list[dict]) -> dict[str, float]:
    """Give the mean Dice of both lungs on the test films, by site."""
    return {
        f"mean_dice_{site}_test": round(row["value"], 4)
        for site in ("montgomery", "shenzhen")
        if (row := _on_test_films(rows, site, "dice"))
    }


def _write_eval_metrics(metadata: Path, metrics: dict[str, float]) -> None:
    """Put metrics into the metadata, on its one line."""
    text = re.sub(r'"eval_metrics": \{.*?\}', lambda _: f'"eval_metrics": {json.dumps(metrics)}', metadata.read_text())
    write_text(metadata, text)


def _replace(path: Path, name: str, table: str) -> None:
    block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    text, replaced = block.subn(lambda match: f"{match[1]}{table}\n{match[2]}", path.read_text())
    if not replaced:
        raise ValueError(f"{path}: expected the lines <!-- {name} --> and <!-- end of {name} -->")
    write_text(path, text)


if __name__ == "__main__":
    main()
