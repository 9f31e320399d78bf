"""A cluster of two machines gives the results of one process, and reading waits for a slow last stage."""

import json
import os
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

if not find_spec("ray"):  # Ray must not be imported before chestxr has restricted it to this machine
    pytest.skip("Ray is not installed", allow_module_level=True)

from chestxr.cli import app
from tests.phantom import chest_film
from tests.screening.ray.archives import changed_bundle, phantoms, started

pytestmark = pytest.mark.slow

_NODES = 2
_STORE_BYTES = 1 << 27


@pytest.fixture(scope="module")
def two_nodes() -> Iterator[str]:
    """Address of a cluster of two nodes with one core and 128 MB for films between stages each."""
    from ray.cluster_utils import Cluster

    cluster = Cluster()
    for _ in range(_NODES):
        cluster.add_node(num_cpus=1, object_store_memory=_STORE_BYTES, include_dashboard=False)
    yield cluster.address
    cluster.shutdown()


def _archive(two_nodes: str, bundle: Path, films: Path, out: Path) -> dict:
    """Screen films on the two nodes; return the manifest."""
    process = started(films, "--out", out, "--address", two_nodes, "--bundle", bundle, "--trust-bundle", "--block", 4)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors.decode()
    return json.loads((out / "run.json").read_text())


def test_two_nodes_share_the_films_and_give_the_rows_of_one_process(tmp_path, two_nodes):
    films = phantoms(tmp_path / "films", 12)
    nodes = tmp_path / "nodes"
    nodes.mkdir()
    note = f"open({str(nodes)!r} + '/' + __import__('ray').get_runtime_context().get_node_id(), 'a').close()"
    bundle = changed_bundle(tmp_path, note, "result_transforms")
    manifest = _archive(two_nodes, bundle, films, tmp_path / "archive")
    assert manifest["complete"] and manifest["films"]["all"] == 12
    assert len(list(nodes.iterdir())) == _NODES
    assert CliRunner().invoke(app, ["screen", str(films), "--out", str(tmp_path / "screen")]).exit_code == 0
    found = pd.read_parquet(tmp_path / "archive" / "table").set_index("film").sort_index().drop(columns="date")
    expected = pd.read_parquet(tmp_path / "screen" / "screening.parquet").set_index("film").sort_index()
    pd.testing.assert_frame_equal(found, expected, rtol=1e-6)


def test_reading_waits_for_a_slow_last_stage(tmp_path, two_nodes):
    """Without back-pressure, all films would be read while the first ones are written."""
    films, log = _large_films(tmp_path / "films", 36), tmp_path / "log"
    bundle = changed_bundle(tmp_path, _appends(log, "+"))
    path = bundle / "configs" / "inference.json"
    config = json.loads(path.read_text())
    slow = f"__import__('time').sleep(1), {_appends(log, '-')}"
    config["result_transforms"].insert(0, f"$lambda item: ({slow}, item)[-1]")
    path.write_text(json.dumps(config))
    _archive(two_nodes, bundle, films, tmp_path / "archive")
    events = log.read_text()
    assert events.count("+") == events.count("-") == 36
    in_progress = max(accumulate(1 if event == "+" else -1 for event in events))
    assert in_progress < 12


def _appends(log: Path, sign: str) -> str:
    return f"open({str(log)!r}, 'a').write({sign!r})"


def _large_films(folder: Path, count: int) -> Path:
    """Write films of 1,600 x 1,600 px, which take 10 MB each between stages."""
    folder.mkdir()
    film, _ = chest_film((1600, 1600), 0)
    Image.fromarray(film.T.astype("uint8")).save(folder / "film-0.png")
    for number in range(1, count):
        os.link(folder / "film-0.png", folder / f"film-{number}.png")
    return folder
