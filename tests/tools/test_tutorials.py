"""The tutorials run from top to bottom, and show what they find when they do."""

import re

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from tools.tutorials.execute import TUTORIALS, run_notebook

pytestmark = pytest.mark.slow

# What a reader takes away from each tutorial, and how far another machine may be from what is saved.
FIGURES = {
    "film_to_score": {
        r"probability (\d\.\d+) \(95%": 0.01,
        r"right lung ([\d,]+) pixels": 500,
        r"threshold (\d\.\d+)": 0,
    },
    "train_lungs": {
        r"our weights, our test films: Dice (\d\.\d+)": 0.02,
        r"ours +Dice (\d\.\d+)": 0.02,
        r"shipped +Dice (\d\.\d+)": 0.002,
    },
    "radiomics_to_score": {
        r"all features: AUC (\d\.\d+)": 0.1,
        r"before the folds: AUC (\d\.\d+)": 0.1,
        r"cross-validation: AUC (\d\.\d+)": 0.05,
    },
}
LARGEST_BYTES = 400_000
EACH = pytest.mark.parametrize("name", TUTORIALS)
OF_FILMS = pytest.mark.parametrize("name", ["train_lungs", "radiomics_to_score"])


def _text(notebook):
    """Return what a notebook prints."""
    return "\n".join(
        output["text"] if output["output_type"] == "stream" else output.get("data", {}).get("text/plain", "")
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )


def _figures(notebook, patterns):
    return [float(re.search(pattern, _text(notebook))[1].replace(",", "")) for pattern in patterns]


def test_there_are_figures_to_compare_of_every_tutorial():
    assert set(TUTORIALS) == set(FIGURES)


@EACH
def test_outputs_are_saved_small_and_without_paths_errors_or_times(name):
    path = TUTORIALS[name]
    assert path.stat().st_size < LARGEST_BYTES
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    # Warnings and progress bars would be on stderr.
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert not [cell for cell in notebook.cells if cell.metadata]
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.])/(home|root|tmp|work|Users|var|opt|usr|mnt|data)/|[A-Z]:\\\\|site-packages", text)
    assert not re.search(r"\d{4}-\d\d-\d\d[ T]\d\d:", text)


def _finds_what_it_shows(name, folder):
    executed, saved = run_notebook(TUTORIALS[name], folder), nbformat.read(TUTORIALS[name], as_version=4)
    for (pattern, tolerance), found, shown in zip(
        FIGURES[name].items(), _figures(executed, FIGURES[name]), _figures(saved, FIGURES[name]), strict=True
    ):
        assert abs(found - shown) <= tolerance, f"{pattern}: found {found}, saved {shown}"


def test_a_film_is_scored_from_top_to_bottom(tmp_path):
    _finds_what_it_shows("film_to_score", tmp_path)


@pytest.mark.films
@OF_FILMS
def test_a_tutorial_on_real_films_runs_from_top_to_bottom(name, real_films, tmp_path):
    _finds_what_it_shows(name, tmp_path)


@OF_FILMS
def test_a_tutorial_says_how_to_get_the_films(name, monkeypatch, tmp_path):
    monkeypatch.delenv("CHESTXR_DATA", raising=False)
    with pytest.raises(CellExecutionError, match="CHESTXR_DATA is not set: get the Montgomery and Shenzhen films"):
        run_notebook(TUTORIALS[name], tmp_path)


@EACH
def test_links_lead_somewhere(name):
    for cell in nbformat.read(TUTORIALS[name], as_version=4).cells:
        for target in re.findall(r"\]\(([^)#]+)\)", cell.source) if cell.cell_type == "markdown" else []:
            assert (TUTORIALS[name].parent / target).exists(), target
