"""
Search for broken films by coverage-guided fuzzing of the readers.

    pip install atheris        # Linux; not among the packages that chestxr installs
    python -m tools.fuzzing.guided --seconds 420

atheris starts from the whole films of seeds.py, and mutates every file that reaches new code in chestxr's readers,
pydicom or nibabel; those files are kept in the output folder, where a later run starts. A file with a finding (an error
other than FilmError, a leaked name, a crash, more than 10 s or 3 GiB) ends the run and is kept as
``crash-...``. Pixels are not checked here but in fuzz.py, which knows each mutation. The number of files read and
their outcomes are written to tools/fuzzing/guided.json.
"""

import argparse
import json
import sys
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

# pydicom's tables of codes have no branches, and take long to instrument.
with atheris.instrument_imports(
    include=["chestxr.io", "pydicom", "nibabel"],
    exclude=["pydicom.sr._snomed_dict", "pydicom.sr._concepts_dict", "pydicom.sr._cid_dict"],
):
    from chestxr.utils.atomic import write_text
    from tools.fuzzing.bounded_reader import MEMORY, SECONDS, read_within
from tools.fuzzing.run_folder import DECODERS
from tools.fuzzing.seeds import make_seeds

_LONGEST = 2**16
# atheris ends the process itself, so the result is written during the run.
_WRITTEN_EVERY_S = 5.0


def main() -> None:
    """Write the whole films, and start atheris on them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600, help="duration in seconds")
    parser.add_argument("--out", type=Path, default=Path("output/fuzzing/guided"), help="folder for files")
    parser.add_argument("--result", type=Path, default=Path(__file__).with_suffix(".json"), help="result to write")
    arguments = parser.parse_args()
    films = arguments.out / "films"
    films.mkdir(parents=True, exist_ok=True)
    for name, content in make_seeds().items():
        (films / name.replace("/", "-")).write_bytes(content)
    bounds = [f"-timeout={SECONDS}", f"-rss_limit_mb={MEMORY >> 20}", f"-max_len={_LONGEST}"]
    options = [f"-max_total_time={arguments.seconds}", f"-artifact_prefix={arguments.out}/", "-print_final_stats=1"]
    with TemporaryDirectory() as folder:
        reader = _Reader(Path(folder) / "film", arguments)
        atheris.Setup([sys.argv[0], *bounds, *options, str(films)], reader)
        atheris.Fuzz()


class _Reader:
    """Reads files one by one, and counts the outcomes."""

    def __init__(self, path: Path, arguments: argparse.Namespace) -> None:
        self._path, self._result = path, arguments.result
        self._settings = {
            "command": f"python -m tools.fuzzing.guided --seconds {arguments.seconds}",
            "versions": {name: version(name) for name in ("atheris", *DECODERS)},
            "bounds": {"memory_mib": MEMORY // 2**20, "seconds": SECONDS, "bytes": _LONGEST},
        }
        self._outcomes, self._started, self._written = Counter(), time.monotonic(), 0.0

    def __call__(self, content: bytes) -> None:
        self._path.write_bytes(content)
        outcome = read_within(self._path)
        # Without a whole film for comparison, changed pixels cannot be detected.
        self._outcomes[outcome.kind.partition(",")[0]] += 1
        seconds = time.monotonic() - self._started
        if outcome.kind == "finding" or seconds - self._written > _WRITTEN_EVERY_S:
            self._written = seconds
            found = {"seconds": round(seconds), "files": self._outcomes.total(), "outcomes": dict(self._outcomes)}
            write_text(self._result, json.dumps(self._settings | found, indent=2) + "\n")
        if outcome.kind == "finding":
            raise RuntimeError(f"{outcome.detail}\n{outcome.text}")


if __name__ == "__main__":
    main()
