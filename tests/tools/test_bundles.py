"""The build of shared bundle parts: copies follow their source, and nothing else changes."""

import json
import shutil
from pathlib import Path

import pytest

from tools.bundles.build import (
    COPIES,
    LESIONS,
    RESUNET,
    ROOT,
    SCREENING,
    SHIPPED_SHA256,
    UNET,
    build,
    differences,
    write,
)
from tools.bundles.json_text import entries, entry, with_entry

TEXT = """{
    "plain": "a, \\"b\\": {",
    "nested": {
        "list": [
            1,
            {"of": "entries"}
        ],
        "last": null
    }
}
"""


@pytest.fixture
def clone(tmp_path) -> Path:
    """A copy of the files that the build reads and writes."""
    shutil.copytree(ROOT / "bundles", tmp_path / "bundles", ignore=shutil.ignore_patterns("*.md", "eval", "output"))
    for path in ("LICENSE", SHIPPED_SHA256):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    return tmp_path


def _change(path: Path, name: str, value: object) -> None:
    path.write_text(with_entry(path.read_text(), tuple(name.split("#")), json.dumps(value)))


def _config(clone: Path, path: str) -> dict:
    return json.loads(build(clone)[path])


@pytest.mark.parametrize(
    ("path", "name", "source"),
    [
        (f"{UNET}/configs/train.json", "image_size", f"{UNET}/configs/inference.json"),
        (f"{RESUNET}/configs/metadata.json", "license", f"{UNET}/configs/metadata.json"),
        (
            f"{RESUNET}/configs/train.json",
            "patience",
            f"{UNET}/configs/train.json and {RESUNET}/configs/inference.json",
        ),
        (
            f"{SCREENING}/configs/inference.json",
            "dataloader#num_workers",
            f"{UNET}/configs/inference.json and {LESIONS}/configs/inference.json",
        ),
    ],
)
def test_a_copy_changed_by_hand_is_reported_with_the_file_to_change(clone, path, name, source):
    _change(clone / path, name, 7)
    found = [line for line in differences(clone) if line.startswith(f"{path}: ")]
    assert found == [
        f"{path}: found changes; expected copies of {source}; change that, then run python -m tools.bundles.build"
    ]


@pytest.mark.parametrize("path", [f"{RESUNET}/LICENSE", f"{SCREENING}/models/model.pt", SHIPPED_SHA256])
def test_a_copied_file_that_was_changed_or_deleted_is_reported(clone, path):
    (clone / path).write_text("other")
    assert [line.partition(":")[0] for line in differences(clone)] == [path]
    (clone / path).unlink()
    assert [line.partition(":")[0] for line in differences(clone)] == [path]


def test_a_change_of_the_source_reaches_all_copies(clone):
    _change(clone / UNET / "configs" / "inference.json", "image_size", [512, 512])
    built = build(clone)
    configs = {path: json.loads(text) for path, text in built.items() if path.endswith(".json")}
    # The lesion bundle has an image size of its own.
    names = {path: "lung_size" if path.startswith(LESIONS) else "image_size" for path in configs}
    sized = [path for path, config in configs.items() if config.get(names[path])]
    assert len(sized) == 8 and {tuple(configs[path][names[path]]) for path in sized} == {(512, 512)}
    assert sorted(write(clone)) == sorted([*sized, SHIPPED_SHA256])
    assert not differences(clone) and not write(clone)


def test_references_point_to_entries_of_the_section(clone):
    for path, section in ((f"{UNET}/configs/train.json", "validate"), (f"{SCREENING}/configs/train.json", "train")):
        inverted = _config(clone, path)[section]["lung_transforms"][1]
        assert inverted["_target_"] == "Invertd" and inverted["transform"] == f"@{section}#preprocessing"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"{RESUNET}/configs/inference.json", "network_def#channels"),
        (f"{SCREENING}/configs/inference.json", "dataloader#description"),
        (f"{SCREENING}/configs/inference.json", "view_size"),
        (f"{SCREENING}/configs/metadata.json", "network_data_format#outputs#tuberculosis#dtype"),
    ],
)
def test_own_entries_are_kept(clone, path, name):
    _change(clone / path, name, [7])
    here = _config(clone, path)
    for part in name.split("#"):
        here = here[part]
    assert here == [7]


def test_every_own_entry_exists_and_differs():
    """A renamed or identical entry would silently be left out of the copies."""
    texts = {path: (ROOT / path).read_text() for copy in COPIES for path in (copy.target, copy.source)}
    for copy in COPIES:
        for name in copy.own:
            *parents, last = name.split("#")
            assert last in entries(texts[copy.target], tuple(parents)), name
        assert set(copy.only) <= set(entries(texts[copy.source])), copy


def test_text_of_entries():
    assert entries(TEXT) == ["plain", "nested"] and entries(TEXT, ("nested",)) == ["list", "last"]
    assert entry(TEXT, ("plain",)) == '"a, \\"b\\": {"'
    assert entry(TEXT, ("nested", "list")) == '[\n        1,\n        {"of": "entries"}\n    ]'
    moved = with_entry(TEXT, ("plain",), entry(TEXT, ("nested", "list")))
    assert moved.splitlines()[1:5] == ['    "plain": [', "        1,", '        {"of": "entries"}', "    ],"]
    assert with_entry(TEXT, ("nested", "list"), entry(TEXT, ("nested", "list"))) == TEXT
