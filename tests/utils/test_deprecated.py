"""Deprecated names of renamed objects."""

import importlib

import pytest


@pytest.mark.parametrize(
    ("module", "old", "new_module", "new"),
    [
        ("chestxr.bundles", "keep_memory", "chestxr.utils.runtime", "keep_freed_memory"),
        ("chestxr.bundles", "switch", "monai.utils", "str2bool"),
        ("chestxr.bundles.weights", "check_weights", "chestxr.bundle.weights", "check_weights"),
        ("chestxr.transforms", "MostProbabled", "chestxr.transforms", "ArgMaxd"),
        ("chestxr.inferers", "PlainInferer", "chestxr.inferers", "TensorInferer"),
        ("chestxr.handlers", "Patience", "chestxr.handlers", "ResumableEarlyStopping"),
        ("chestxr.io", "Algorithm", "chestxr.utils.provenance", "Algorithm"),
    ],
)
def test_old_name_resolves_with_a_warning(module, old, new_module, new):
    with pytest.warns(DeprecationWarning, match=f"{module}.{old} is now {new_module}.{new}"):
        found = getattr(importlib.import_module(module), old)
    assert found is getattr(importlib.import_module(new_module), new)


def test_unknown_name_raises():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = importlib.import_module("chestxr.bundles").nothing
