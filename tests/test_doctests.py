"""Examples in docstrings run, and print what they show."""

import doctest
from importlib import import_module

import pytest

MODULES = (
    "chestxr.data.find_films",
    "chestxr.io.film_reader",
    "chestxr.io.mask_reader",
    "chestxr.metrics.bootstrap",
    "chestxr.metrics.dice",
    "chestxr.transforms.keep_lung_components",
    "chestxr.utils.atomic",
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    results = doctest.testmod(import_module(name))
    assert results.attempted and not results.failed
