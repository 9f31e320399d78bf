"""
Write the tables of the READMEs and model cards, and the metrics in the bundles' metadata, from the results files.

    python -m tools.experiments.write_tables

Results are in the bundles' docs/*.json, tools/benchmarks/*.json and tools/fuzzing/*.json. A table is between the lines
``<!-- NAME -->`` and ``<!-- end of NAME -->``, which this program replaces.
"""

import argparse
import json
import re
from pathlib import Path

from chestxr.utils.atomic import write_text
from tools.experiments import (
    fuzzing_tables,
    lesion_tables,
    robustness_tables,
    scale_tables,
    screening_tables,
    speed_tables,
    view_tables,
)

REPOSITORY = Path(__file__).parents[2]
NAMES = {"unet": "U-Net", "resunet": "ResUNet"}
RECIPE = "recipe augmentation"
PAINTED = "painted, lower half"
ACROSS = "shenzhen-to-montgomery-without-test-films"
# Tables of robustness_tables.py, and the results that they come from.
ROBUSTNESS = {
    "robustness_segmentation": "robustness",
    "robustness_scores": "robustness",
    "outlying_features": "outlying_features",
}
_CARD = Path("docs") / "README.md"
_SCREENING = REPOSITORY / "bundles" / "cxr_tuberculosis_screening"
_LESIONS = REPOSITORY / "bundles" / "cxr_tuberculosis_lesions"


def main() -> None:
    """Rewrite all tables and metrics."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    for path, tables in printed().items():
        for name, table in tables.items():
            _replace(path, name, table)
    for model in NAMES:
        _write_eval_metrics(bundle_of(model) / "configs" / "metadata.json", _dice(_load(model)))
    _write_eval_metrics(_SCREENING / "configs" / "metadata.json", _auc(_rows(_SCREENING, "results")))
    _write_eval_metrics(_LESIONS / "configs" / "metadata.json", _detection(_rows(_LESIONS, "results")))


def printed() -> dict[Path, dict[str, str]]:
    """Return all tables by their name, for each file that holds some."""
    rows = {model: _load(model) for model in NAMES}
    screening = _rows(_SCREENING, "results")
    tools = REPOSITORY / "tools"
    found = {REPOSITORY / "README.md": {"results": summary(rows, screening)}}
    for model in NAMES:
        card = {"comparison": comparison(rows), "results": details(rows[model]), "choices": choices(rows[model])}
        found[bundle_of(model) / _CARD] = card
    found[bundle_of("unet") / _CARD]["splits"] = splits(rows["unet"])
    names = ("screening", "groups", "local_thresholds", "controls", "ablations")
    found[_SCREENING / _CARD] = {name: getattr(screening_tables, name)(screening) for name in names}
    found[_SCREENING / _CARD]["view"] = view_tables.view(_rows(_SCREENING, "view"))
    found[_SCREENING / "docs" / "robustness.md"] = {
        name: getattr(robustness_tables, name)(_rows(_SCREENING, source)) for name, source in ROBUSTNESS.items()
    }
    lesions = _rows(_LESIONS, "results")
    found[_LESIONS / _CARD] = {name: getattr(lesion_tables, name)(lesions) for name in ("boxes", "sites")}
    found[_LESIONS / _CARD]["controls"] = lesion_tables.controls(lesions, _rows(_LESIONS, "controls"))
    archive = _read(tools / "benchmarks" / "archive.json")
    found[REPOSITORY / "chestxr" / "screening" / "README.md"] = {
        name: table(archive) for name, table in scale_tables.TABLES.items()
    }
    found[tools / "benchmarks" / "README.md"] = {
        name: table(_read(tools / "benchmarks" / f"{source}.json"))
        for name, (source, table) in speed_tables.TABLES.items()
    }
    fuzzed = (_read(tools / "fuzzing" / f"{name}.json") for name in fuzzing_tables.FOUND)
    found[tools / "fuzzing" / "README.md"] = {"broken files": fuzzing_tables.broken_files(*fuzzed)}
    return found


def summary(rows: dict[str, list[dict]], screening: list[dict]) -> str:
    """Return the few results that README.md shows."""
    lines = ["| model | tested on | result, 95% interval |", "|---|---|---|"]
    for model, title in NAMES.items():
        for site in ("montgomery", "shenzhen"):
            row = _on_test_films(rows[model], site, "dice")
            films = f"{site.capitalize()}, {row['n']} test films"
            lines.append(f"| lungs, {title} | {films} | Dice {_cell(row, 3)} |")
    for experiment, training, test, adapted in (
        ("shipped", "both", "all", None),
        ("across sites", "shenzhen", "montgomery", False),
        ("across sites", "montgomery", "shenzhen", False),
    ):
        kind = {"experiment": experiment, "training": training, "test": test, "adapted": adapted}
        row = find(screening, group="all", metric="auc", **kind)
        trained = "both sites (shipped)" if training == "both" else f"{training.capitalize()} only"
        films = f"both sites, {row['n']} test films" if test == "all" else f"{test.capitalize()}, all {row['n']} films"
        lines.append(f"| tuberculosis score, trained on {trained} | {films} | AUC {_cell(row, 3)} |")
    return "\n".join(lines)


def comparison(rows: dict[str, list[dict]]) -> str:
    """Return both lung bundles' results on the test films of the default split."""
    lines = ["| | " + " | ".join(NAMES[model] for model in rows) + " |", "|---" * (len(rows) + 1) + "|"]
    for site in ("montgomery", "shenzhen"):
        for metric, title in (("dice", "Dice"), ("iou", "IoU"), ("hd95", "HD95, px"), ("assd", "ASSD, px")):
            cells = [_cell(_on_test_films(rows[model], site, metric)) for model in rows]
            lines.append(f"| {site.capitalize()}, {title} | " + " | ".join(cells) + " |")
    for site in ("montgomery", "shenzhen"):
        cells = [_cell(_on_test_films(rows[model], site, "dice", "recipe", RECIPE)) for model in rows]
        lines.append(
            f"| {site.capitalize()}, Dice, also trained with the reference augmentation | {' | '.join(cells)} |"
        )
    cells = [_cell(_on_validation_films(rows[model], "all", "dice_loss", "as shipped")) for model in rows]
    lines.append("| validation loss (Dice loss) | " + " | ".join(cells) + " |")
    for metric, title in (("network time per film", "network, ms per film, one core"), ("parameters", "parameters")):
        cells = [_cell(find(rows[model], experiment="cost", metric=metric)) for model in rows]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def splits(rows: list[dict]) -> str:
    """Return the Dice of the five folds together, and of each site by a network that was trained on the other."""
    lines = ["| U-Net, both lungs | Montgomery, Dice | Shenzhen, Dice |", "|---|---|---|"]
    titles = {
        "five folds": "five folds, every film tested once",
        "montgomery-to-shenzhen": "trained on Montgomery",
        "shenzhen-to-montgomery": "trained on Shenzhen",
    }
    for split, title in titles.items():
        kind = {"split": split, "section": "test", "structure": "both lungs", "metric": "dice"}
        cells = [find(rows, site=site, **kind) for site in ("montgomery", "shenzhen")]
        lines.append(f"| {title} | " + " | ".join(_cell(row) if row else "" for row in cells) + " |")
    return "\n".join(lines)


def choices(rows: list[dict]) -> str:
    """Return the validation results of the candidates that were compared."""
    lines = [
        "| change | Montgomery, Dice | Shenzhen, Dice | both, HD95, px | recall, painted | trained on Shenzhen alone: "
        "Montgomery, Dice | ms per film | parameters |",
        "|---" * 8 + "|",
    ]
    for training in dict.fromkeys(row["training"] for row in rows if row["experiment"] == "choices"):
        kind = {"experiment": "choices", "training": training}
        dice = [_on_validation_films(rows, site, "dice", training) for site in ("montgomery", "shenzhen")]
        distance = _on_validation_films(rows, "all", "hd95", training)
        painted = find(rows, variant=PAINTED, site="all", metric="missed_painted", **kind)
        cost = [find(rows, metric=metric, **kind) for metric in ("network time per film", "parameters")]
        across = find(rows, split=ACROSS, site="montgomery", metric="dice", **kind)
        cells = (*map(_cell, (*dice, distance)), _recall(painted), *map(_cell, (across, *cost)))
        lines.append(f"| {training} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _recall(missed: dict | None) -> str:
    """Return the recall of a row with the missed share."""
    if missed is None:
        return "not measured"
    return _cell(missed | {"value": 1 - missed["value"], "low": 1 - missed["high"], "high": 1 - missed["low"]}, 3)


def details(rows: list[dict]) -> str:
    """Return all results for both lungs, and for each lung with the default split."""
    lines = [
        "| experiment | site | structure | Dice | median | IoU | HD95, px | n |",
        "|---|---|---|---|---|---|---|---|",
    ]
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


_TRAINED = {RECIPE: "trained with reference augmentation"}
_KIND = ("experiment", "split", "section", "variant", "training")


def _title(experiment: str, split: str, section: str, variant: str, training: str) -> str:
    parts = [f"{split}, {section}"]
    parts += [variant.replace("_", " ")] if variant != "original" else []
    parts += [_TRAINED.get(training, f"trained with {training}")] if training != "as shipped" else []
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
    kind = {"section": "validation", "variant": "original", "structure": "both lungs", "training": training}
    return find(rows, site=site, metric=metric, **kind)


def _cell(row: dict | None, digits: int | None = None) -> str:
    if row is None:
        return "not measured"
    digits = digits or {"1": 4, "px": 1, "ms": 1}[row["unit"]]
    if row["metric"] == "parameters":
        return f"{row['value']:,}"
    return f"{row['value']:.{digits}f} [{row['low']:.{digits}f}, {row['high']:.{digits}f}]"


def bundle_of(model: str) -> Path:
    """Return the folder of a lung bundle."""
    return REPOSITORY / "bundles" / f"cxr_lung_segmentation_{model}"


def _load(model: str) -> list[dict]:
    return _rows(bundle_of(model), "results")


def _rows(bundle: Path, name: str) -> list[dict]:
    return _read(bundle / "docs" / f"{name}.json")["rows"]


def _read(path: Path) -> dict:
    return json.loads(path.read_text())


def _auc(rows: list[dict]) -> dict[str, float]:
    """Return the AUC of the shipped classifier on the test films, by site."""
    return {
        f"auc_{row['test']}_test": round(row["value"], 4)
        for row in rows
        if row["experiment"] == "shipped" and row["metric"] == "auc" and row["test"] != "all"
    }


def _detection(rows: list[dict]) -> dict[str, float]:
    """Return how well the marks find the boxes of the test films."""
    names = {
        "first_mark_in_a_box_test": "first mark in a box",
        "sensitivity_at_1_false_mark_test": "sensitivity at 1 false marks",
    }
    found = {row["metric"]: row["value"] for row in rows if row["site"] == "tbx11k" and row["films"] == "test"}
    return {name: found[metric] for name, metric in names.items()}


def _dice(rows: list[dict]) -> dict[str, float]:
    """Return the mean Dice of both lungs on the test films, by site."""
    return {
        f"mean_dice_{site}_test": round(row["value"], 4)
        for site in ("montgomery", "shenzhen")
        if (row := _on_test_films(rows, site, "dice"))
    }


def _write_eval_metrics(metadata: Path, metrics: dict[str, float]) -> None:
    """Replace the metrics in the metadata, which are on one line."""
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
