"""
Let a fuzzer that watches the readers at work look for broken films that nobody thought of.

    pip install atheris        # Linux; not among the packages that chestxr installs
    python tools/hostile/guided.py --seconds 600

atheris starts from the whole films of seeds.py, and goes on from every file that led chestxr's readers, pydicom or
nibabel where no other has been; those files are kept in the output folder, where a later run starts. A file that did
what none should (an error that is no FilmError, a name told, a crash, more than 10 s or 3 GiB) ends it and is kept as
``crash-...``. Whether pixels are the right ones is not asked here: fuzz.py asks, which knows what it broke.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

import atheris

with atheris.instrument_imports(include=["chestxr.io", "pydicom", "nibabel"]):
    from tools.hostile.bounded_reader import MEMORY, SECONDS, read_within
from tools.hostile.seeds import make_seeds

_LONGEST = 2**16


def main() -> None:
    """Write the whole films, and let atheris go on from there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600, help="how long to look")
    parser.add_argument("--out", type=Path, default=Path("output/hostile/guided"), help="where files are kept")
    arguments = parser.parse_args()
    films = arguments.out / "films"
    films.mkdir(parents=True, exist_ok=True)
    for name, content in make_seeds().items():
        (films / name.replace("/", "-")).write_bytes(content)
    bounds = [f"-timeout={SECONDS}", f"-rss_limit_mb={MEMORY >> 20}", f"-max_len={_LONGEST}"]
    told = [f"-max_total_time={arguments.seconds}", f"-artifact_prefix={arguments.out}/", "-print_final_stats=1"]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film"
        atheris.Setup([sys.argv[0], *bounds, *told, str(films)], lambda content: _read(content, path))
        atheris.Fuzz()


def _read(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    outcome = read_within(path)
    if outcome.kind == "finding":
        raise RuntimeError(f"{outcome.detail}\n{outcome.text}")


if __name__ == "__main__":
    main()
