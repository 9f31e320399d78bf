"""
Let a fuzzer that watches the readers at work look for broken films that nobody thought of.

    pip install atheris        # Linux; not among the packages that chestxr installs
    python -m tools.fuzzing.guided --seconds 600

atheris starts from the whole films of seeds.py, and goes on from every file that led chestxr's readers, pydicom or
nibabel where no other has been; those files are kept in the output folder, where a later run starts. A file that did
what none should (an error that is no FilmError, a name told, a crash, more than 10 s or 3 GiB) ends it and is kept as
``crash-...``. Whether pixels are the right ones is not asked here: fuzz.py asks, which knows what it broke. How many
files were read, and what came of them, goes to tools/fuzzing/guided.json.
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

with atheris.instrument_imports(include=["chestxr.io", "pydicom", "nibabel"]):
    from chestxr.utils.atomic import write_text
    from tools.fuzzing.bounded_reader import MEMORY, SECONDS, read_within
from tools.fuzzing.run_folder import DECODERS
from tools.fuzzing.seeds import make_seeds

_LONGEST = 2**16
# atheris ends the process itself, so the result is written on the way.
_WRITTEN_EVERY_S = 5.0


def main() -> None:
    """Write the whole films, and let atheris go on from there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600, help="how long to look")
    parser.add_argument("--out", type=Path, default=Path("output/fuzzing/guided"), help="where files are kept")
    parser.add_argument("--result", type=Path, default=Path(__file__).with_suffix(".json"), help="result to write")
    arguments = parser.parse_args()
    films = arguments.out / "films"
    films.mkdir(parents=True, exist_ok=True)
    for name, content in make_seeds().items():
        (films / name.replace("/", "-")).write_bytes(content)
    bounds = [f"-timeout={SECONDS}", f"-rss_limit_mb={MEMORY >> 20}", f"-max_len={_LONGEST}"]
    told = [f"-max_total_time={arguments.seconds}", f"-artifact_prefix={arguments.out}/", "-print_final_stats=1"]
    with TemporaryDirectory() as folder:
        reader = _Reader(Path(folder) / "film", arguments)
        atheris.Setup([sys.argv[0], *bounds, *told, str(films)], reader)
        atheris.Fuzz()


class _Reader:
    """Reads files one by one, and counts what comes of them."""

    def __init__(self, path: Path, arguments: argparse.Namespace) -> None:
        self._path, self._result = path, arguments.result
        self._told = {
            "command": f"python -m tools.fuzzing.guided --seconds {arguments.seconds}",
            "versions": {name: version(name) for name in ("atheris", *DECODERS)},
            "bounds": {"memory_mib": MEMORY // 2**20, "seconds": SECONDS, "bytes": _LONGEST},
        }
        self._outcomes, self._started, self._written = Counter(), time.monotonic(), 0.0

    def __call__(self, content: bytes) -> None:
        self._path.write_bytes(content)
        outcome = read_within(self._path)
        # The same pixels or others: without a whole film to compare with, nobody knows.
        self._outcomes[outcome.kind.partition(",")[0]] += 1
        seconds = time.monotonic() - self._started
        if outcome.kind == "finding" or seconds - self._written > _WRITTEN_EVERY_S:
            self._written = seconds
            found = {"seconds": round(seconds), "files": self._outcomes.total(), "outcomes": dict(self._outcomes)}
            write_text(self._result, json.dumps(self._told | found, indent=2) + "\n")
        if outcome.kind == "finding":
            raise RuntimeError(f"{outcome.detail}\n{outcome.text}")


if __name__ == "__main__":
    main()
