"""The candidates in the model card override the intended entries of the configuration."""

import json

import pytest

from tests.bundle.bundle_runs import BUNDLES
from tools.experiments import model_selection


@pytest.mark.parametrize("model", model_selection.CHOICES)
def test_candidate_overrides_the_intended_entry(model):
    train = json.loads((BUNDLES / f"cxr_lung_segmentation_{model}" / "configs" / "train.json").read_text())
    for settings in model_selection.CHOICES[model].values():
        for name, value in settings.items():
            entry = train
            for part in name.split("#"):
                entry = entry[int(part)] if isinstance(entry, list) else entry[part]
            if value is model_selection.EQUALISED:
                assert entry["_target_"] == "chestxr.transforms.ScalePercentilesd"
            else:
                assert type(entry) is type(value)
