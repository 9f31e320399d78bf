"""
Evaluate the lesion bundle and regenerate its docs/results.json.

    python -m tools.experiments.lesions ../shared/data

The folder contains the collections cxr (Montgomery and Shenzhen), tbx11k and others. The threshold for marks on normal
films comes from the validation films of TBX11K. No film of Montgomery, Shenzhen and ChestX-ray8 was used in training;
the network of the lungs was trained on Montgomery and Shenzhen. Then run tools/experiments/write_tables.py.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from chestxr.data import load_split, open_collection
from chestxr.metrics.bootstrap import bootstrap_interval
from chestxr.metrics.classification import score_rows
from chestxr.metrics.lesions import match_marks
from chestxr.utils.atomic import write_text
from chestxr.utils.lung_regions import ZONES
from chestxr.utils.provenance import package_versions, sha256
from tools.experiments.bundle_runs import REPOSITORY, WORK, run_bundle
from tools.experiments.lesion_pictures import draw_lesion_films
from tools.experiments.lesion_readings import named_side, named_zone
from tools.experiments.robustness_rows import share_row

BUNDLE = REPOSITORY / "bundles" / "cxr_tuberculosis_lesions"
FOLDER = WORK / "lesions"
# A film's score without any training on labels of films: mean of the most suspicious 2% of the lungs' pixels.
SCORE = "lungs.lesion.top2"
# False marks a film, on validation films, at which marks on normal films are counted.
RATE = 1.0


def main() -> None:
    """Run the bundle, measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of the collections")
    parser.add_argument("--checkpoint", type=Path, default=BUNDLE / "models" / "model.pt", help="other weights")
    parser.add_argument("--out", type=Path, default=BUNDLE / "docs" / "results.json", help="results to write")
    arguments = parser.parse_args()
    data = arguments.data.absolute()
    lesions = LesionRuns(data, arguments.checkpoint.absolute())
    rows = [
        *lesions.on_boxes("validation"),
        *lesions.on_boxes("test"),
        *lesions.on_readings(),
        *lesions.on_normal_films(),
    ]
    result = {
        "command": "python -m tools.experiments.lesions DATA",
        "data": "TBX11K, Montgomery + Shenzhen, ChestX-ray8",
        "models": {name: sha256(path) for name, path in lesions.models.items()},
        "versions": package_versions(),
        "mark_threshold": round(lesions.mark_threshold(), 4),
    }
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    lesions.draw(arguments.out.with_name("films.png"))
    write_text(arguments.out, json.dumps(result, indent=1)[:-2] + f',\n "rows": [\n{lines}\n ]\n}}\n')


class LesionRuns:
    """
    The lesion bundle's results on the collections.

    Parameters
    ----------
    data : pathlib.Path
        Folder of the collections.
    checkpoint : pathlib.Path
        Weights.
    """

    def __init__(self, data: Path, checkpoint: Path) -> None:
        self.data = data
        self.models = {"model.pt": checkpoint, "lungs.pt": BUNDLE / "models" / "lungs.pt"}
        self.folder = FOLDER / sha256(checkpoint)[:8]

    def on_boxes(self, section: str) -> Iterator[dict]:
        """Yield detection on a section of TBX11K."""
        summary = json.loads((self._evaluated(section) / "summary.json").read_text())
        for row in summary["rows"]:
            yield {"site": "tbx11k", "films": section} | _rounded(row)

    def on_readings(self) -> Iterator[dict]:
        """Yield AUC on Montgomery and Shenzhen, and agreement with the side and zone that Shenzhen's readings name."""
        known = {film.name: film for film in open_collection(self.data / "cxr").films}
        found = self._inferred("cxr")
        found["site"] = [known[name].site for name in found["film"]]
        found["label"] = [known[name].tuberculosis for name in found["film"]]
        found["reading"] = [known[name].reading for name in found["film"]]
        for site, films in found.groupby("site"):
            for row in score_rows(films["label"], films[SCORE], 0.5, calibration=False):
                if row["metric"] in ("auc", "specificity at 90% sensitivity"):
                    yield {"site": site, "films": "all", "experiment": "without labels"} | _rounded(row)
        read = found[(found["site"] == "shenzhen") & (found["label"] == 1)]
        sided = read[read["reading"].map(named_side) != ""]
        right = sided["right_lung.lesion.top2"] > sided["left_lung.lesion.top2"]
        agrees = right == (sided["reading"].map(named_side) == "right")
        yield {"site": "shenzhen", "films": "reading names one side"} | share_row("more evidence on that side", agrees)
        zoned = read[read["reading"].map(named_zone) != ""]
        evidence = zoned[[f"{zone}.lesion.top2" for zone in ZONES]].fillna(0).to_numpy()
        first = np.array(ZONES)[evidence.argmax(axis=1)]
        agrees = pd.Series(first == zoned["reading"].map(named_zone).to_numpy())
        yield {"site": "shenzhen", "films": "reading names one zone"} | share_row("most evidence in that zone", agrees)

    def on_normal_films(self) -> Iterator[dict]:
        """Yield the number of marks a film on normal films, at the threshold from validation films."""
        normal = {film.name: film.site for film in open_collection(self.data / "cxr").films if not film.tuberculosis}
        nih = sorted(path.stem for path in (self.data / "others" / "frontal_nih").glob("no_finding_*.png"))
        marks = pd.concat([self._marks("cxr"), self._marks("frontal_nih")])
        counts = marks[marks["probability"] >= self.mark_threshold()].groupby("film").size()
        for site in ("montgomery", "shenzhen", "ChestX-ray8"):
            names = nih if site == "ChestX-ray8" else [name for name, of_film in normal.items() if of_film == site]
            values = counts.reindex(names, fill_value=0).to_numpy(float)
            low, high = bootstrap_interval(values)
            row = {"metric": "marks a film", "value": values.mean(), "low": low, "high": high, "n": len(values)}
            yield {"site": site, "films": "normal"} | _rounded(row)

    def mark_threshold(self) -> float:
        """Return the probability above which validation films have ``RATE`` false marks each."""
        items = load_split("tbx11k", self.data / "tbx11k")["validation"]
        marks = pd.read_csv(self._evaluated("validation") / "marks.csv")
        false = sorted(
            (
                probability
                for item in items
                for probability in match_marks(_marks_of(marks, item["film"]), item["boxes"]).false_marks
            ),
            reverse=True,
        )
        return false[round(RATE * len(items))]

    def draw(self, path: Path) -> None:
        """Write a figure of test films."""
        items = load_split("tbx11k", self.data / "tbx11k")["test"]
        marks = pd.read_csv(self._evaluated("test") / "marks.csv")
        draw_lesion_films(BUNDLE, self.models["model.pt"], items, marks, path)

    def _evaluated(self, section: str) -> Path:
        out = self.folder / section
        if not (out / "summary.json").is_file():
            settings = {
                "checkpoint": self.models["model.pt"],
                "output_dir": out,
                "tensorboard_dir": out / "tensorboard",
            }
            run_bundle(BUNDLE, ["train", "evaluate"], dataset_dir=self.data / "tbx11k", section=section, **settings)
        return out

    def _inferred(self, collection: str) -> pd.DataFrame:
        out = self.folder / collection
        if not (out / "films.csv").is_file():
            films = {"cxr": "cxr/CXR_png", "frontal_nih": "others/frontal_nih"}[collection]
            settings = {"checkpoint": self.models["model.pt"], "output_dir": out, "save_overlay": False}
            run_bundle(BUNDLE, ["inference"], films=self.data / films, **settings)
        return pd.read_csv(out / "films.csv")

    def _marks(self, collection: str) -> pd.DataFrame:
        self._inferred(collection)
        return pd.read_csv(self.folder / collection / "marks.csv")


def _marks_of(marks: pd.DataFrame, film: str) -> list[list[float]]:
    return marks.loc[marks["film"] == film, ["x", "y", "probability"]].to_numpy().tolist()


def _rounded(row: dict) -> dict:
    return {name: round(float(value), 4) if name in ("value", "low", "high") else value for name, value in row.items()}


if __name__ == "__main__":
    main()
