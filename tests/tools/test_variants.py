"""Overlays that experiments lay over a bundle's configurations."""

from pathlib import Path

import pytest
from monai.bundle import ConfigParser
from monai.transforms import MapTransform

import tools.experiments

FOLDER = Path(tools.experiments.__file__).parent
OVERLAYS = [FOLDER / "recipe_augmentation.json", *sorted((FOLDER / "variants").glob("*.json"))]


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.stem)
def test_an_overlay_names_transforms_that_can_be_made(overlay):
    parser = ConfigParser()
    parser.read_config(str(overlay))
    named = [name for name in parser.get() if "transforms" in name]
    made = parser.get(named[0])
    assert len(named) == 1 and made
    parser = ConfigParser({"made": made})
    assert all(isinstance(transform, MapTransform) for transform in parser.get_parsed_content("made"))
