"""The films of an object store, by their names."""

from importlib.util import find_spec

import fsspec
import pytest

if not find_spec("ray"):  # chestxr.scale sets Ray up when it is imported
    pytest.skip("Ray is not installed", allow_module_level=True)

from chestxr.scale.source import list_source


class _Store:
    """A store that holds nothing but names."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys

    def find(self, root: str) -> list[str]:
        return list(self.keys)

    def unstrip_protocol(self, key: str) -> str:
        return f"s3://{key}"

    def _strip_protocol(self, root: str) -> str:
        return root


def _listed(monkeypatch, *keys: str) -> list[dict]:
    monkeypatch.setattr(fsspec.core, "url_to_fs", lambda source: (_Store(*keys), "films"))
    return list_source("s3://films")


def test_addresses_are_kept_as_they_are(monkeypatch):
    items = _listed(monkeypatch, "films/a//x.png", "films/b/x.png", "films/masks/x.png")
    assert [(item["film"], item["image"]) for item in items] == [
        ("a/x", "s3://films/a//x.png"),
        ("b/x", "s3://films/b/x.png"),
    ]


def test_objects_that_would_share_a_name_are_refused(monkeypatch):
    with pytest.raises(ValueError, match="s3://films: found names of objects that differ in slashes alone"):
        _listed(monkeypatch, "films/a/x.png", "films/a//x.png")
