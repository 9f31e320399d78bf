"""Overlays of the experiments on bundle configurations."""

import json
from itertools import chain
from pathlib import Path

import pytest
from monai.bundle import ConfigParser
from monai.transforms import MapTransform

import tools.experiments

FOLDER = Path(tools.experiments.__file__).parent
OVERLAYS = [FOLDER / "recipe_augmentation.json", *sorted((FOLDER / "variants").glob("*.json"))]


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.stem)
def test_transforms_of_an_overlay_can_be_built(overlay):
    lists = [entry for name, entry in json.loads(overlay.read_text()).items() if name.endswith("transforms")]
    made = ConfigParser({"transforms": list(chain(*lists)), "painted_shape": "patch"}).get_parsed_content("transforms")
    assert made and all(isinstance(transform, MapTransform) for transform in made)
