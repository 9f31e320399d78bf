"""
Run the tutorials from top to bottom, and keep what they print and draw.

``python -m tools.tutorials.execute`` runs all notebooks of this folder and saves them with their outputs;
``python -m tools.tutorials.execute train_lungs`` runs one.
"""

import os
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import fire
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

__all__ = ["TUTORIALS", "run_notebook"]

_HERE = Path(__file__).parent
TUTORIALS = {path.stem: path for path in sorted(_HERE.glob("*.ipynb"))}
_REPOSITORY = _HERE.parents[1]
_LONGEST_CELL_SECONDS = 1800
_COLOURS = re.compile(r"\x1b\[[\d;]*m")


def run_notebook(path: Path, folder: Path) -> NotebookNode:
    """
    Run a notebook with the interpreter and the chestxr of this process.

    Parameters
    ----------
    path : pathlib.Path
        The notebook; the file stays as it is.
    folder : pathlib.Path
        Working directory of its kernel.

    Returns
    -------
    nbformat.NotebookNode
        The notebook with its outputs, without metadata that differ from run to run.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    """
    notebook = nbformat.read(path, as_version=4)
    programs = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    modules = [str(_REPOSITORY), os.environ.get("PYTHONPATH", "")]
    settings = {
        "PATH": os.pathsep.join(programs),
        "PYTHONPATH": os.pathsep.join(filter(None, modules)),
        "IPYTHONDIR": str(folder / ".ipython"),
        "TQDM_DISABLE": "1",
    }
    client = NotebookClient(
        notebook,
        timeout=_LONGEST_CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env=os.environ | settings)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            # Pillow offers each picture twice, and kernels ask programs for colours.
            output.get("data", {}).pop("image/jpeg", None)
            if output["output_type"] == "stream":
                output["text"] = _COLOURS.sub("", output["text"])
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


def main(*names: str) -> None:
    """
    Run tutorials and save them with their outputs.

    Parameters
    ----------
    *names : str
        Names of notebooks without ending; all of them by default.
    """
    if unknown := set(names) - set(TUTORIALS):
        sys.exit(f"found {', '.join(sorted(unknown))}; expected names of {', '.join(TUTORIALS)}")
    for name in names or TUTORIALS:
        with TemporaryDirectory() as folder:
            notebook = run_notebook(TUTORIALS[name], Path(folder))
        nbformat.write(notebook, TUTORIALS[name])
        print(f"{name}: {TUTORIALS[name].stat().st_size // 1000} kB")


if __name__ == "__main__":
    fire.Fire(main)
