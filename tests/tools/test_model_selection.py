"""Candidates of the model card: each can be built, and differs from the base in what its name says."""

import pytest
import torch
from monai.bundle import ConfigParser

from tests.bundle.bundle_runs import BUNDLES
from tools.experiments.candidates.mirror import RandMirrorLungsd
from tools.experiments.model_selection import CANDIDATES, Candidate

TRAIN = BUNDLES / "cxr_lung_segmentation_unet" / "configs" / "train.json"


def _config(candidate: Candidate) -> ConfigParser:
    settings = candidate.training_overrides
    overlays = settings.pop("overlays")
    parser = ConfigParser()
    parser.read_config([str(file) for file in (TRAIN, *overlays)])
    parser.update(settings | {"device": "$torch.device('cpu')", "pseudo_labelled": "films.json"})
    return parser


@pytest.mark.parametrize("name", CANDIDATES["unet"])
def test_network_loss_and_augmentation_can_be_built_and_used(name):
    parser = _config(CANDIDATES["unet"][name])
    network, loss = (parser.get_parsed_content(entry) for entry in ("network_def", "loss"))
    item = {"image": torch.rand(1, 64, 64), "label": torch.softmax(torch.rand(3, 64, 64), 0)}
    changed = parser.get_parsed_content("train#augmentation")(item)
    assert changed["image"].shape == (1, 64, 64) and changed["label"].shape == (3, 64, 64)
    value = loss(network(torch.rand(2, 1, 64, 64)), changed["label"][None].repeat(2, 1, 1, 1))
    value.backward()
    assert torch.isfinite(value)


def test_each_candidate_differs_from_the_base():
    base = _config(CANDIDATES["unet"]["as before"]).get()
    assert all(_config(c).get() != base for name, c in CANDIDATES["unet"].items() if name != "as before")


def test_mirroring_exchanges_the_lungs():
    label = torch.stack([torch.zeros(4, 2), torch.zeros(4, 2), torch.zeros(4, 2)])
    label[1, 0], label[2, 2:] = 1, 1
    mirrored = RandMirrorLungsd(["image", "label"], "label", prob=1.0)({"image": label[:1], "label": label})["label"]
    assert mirrored[1].nonzero().tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert mirrored[2].nonzero().tolist() == [[3, 0], [3, 1]]


def test_averaged_weights_are_saved_with_the_run_and_as_its_best():
    config = _config(CANDIDATES["unet"]["averaged weights"])
    saved, best = config["train#handlers#8"], config["validate#handlers#4"]
    assert saved["_target_"].endswith("LastCheckpoint") and "average" in saved["objects"]
    assert best["_target_"].endswith("BestCheckpoint") and best["network"] == "$@average.ema_model"
