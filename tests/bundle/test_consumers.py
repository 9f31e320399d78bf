"""The bundles in MONAI's tools: load, workflows, Deploy, federated learning."""

import json
import logging
import shutil

import monai.bundle
import numpy as np
import pytest
import torch
from monai.bundle import ckpt_export, create_workflow
from monai.fl.client import MonaiAlgo, MonaiAlgoStats
from monai.fl.utils.constants import ExtraItems, FlStatistics
from monai.fl.utils.exchange_object import ExchangeObject

from chestxr.bundle import SCREENING_BUNDLE
from chestxr.bundle.open import OpenBundle
from chestxr.io import read_film, read_mask
from tests.bundle import deploy_steps
from tests.bundle.bundle_runs import BUNDLES, LESIONS, RESUNET, SMALL_NETWORK, UNET, config_files, training, workflow

pytestmark = pytest.mark.slow

ALL = pytest.mark.parametrize("bundle", [UNET, RESUNET, LESIONS, SCREENING_BUNDLE])
MASKS = pytest.mark.parametrize("bundle", [UNET, RESUNET, SCREENING_BUNDLE])
LUNGS = pytest.mark.parametrize("bundle", [UNET, RESUNET])


@ALL
@pytest.mark.parametrize("kind", ["train", "inference"])
def test_load_returns_the_network_with_its_weights(bundle, kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    network = monai.bundle.load(bundle, bundle_dir=BUNDLES, workflow_type=kind, source="github", device="cpu")
    saved = torch.load(BUNDLES / bundle / "models/model.pt", weights_only=True)
    loaded = network.state_dict()
    assert loaded.keys() == saved.keys()
    assert all(torch.equal(loaded[name], saved[name]) for name in saved)


@ALL
@pytest.mark.parametrize("names", [("train",), ("train", "evaluate")])
@pytest.mark.parametrize("device", ["cpu", torch.device("cpu")])
def test_training_workflows_have_the_required_properties(bundle, names, device, collection, tmp_path):
    made = workflow(bundle, *names, kind="train", **training(collection, tmp_path), device=device)
    made.initialize()
    assert made.check_properties() == []
    assert made.trainer is not None and made.max_epochs > 0
    made.finalize()


@ALL
@pytest.mark.parametrize("device", ["cpu", torch.device("cpu")])
def test_inference_workflows_open_without_films(bundle, device, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = create_workflow(
        config_file=config_files(bundle, "inference"),
        workflow_type="inference",
        bundle_root=str(BUNDLES / bundle),
        device=device,
    )
    assert made.check_properties() == []
    assert isinstance(made.network_def, torch.nn.Module)


@ALL
def test_pipelines_build_without_the_bundle_folder(bundle, tmp_path, monkeypatch):
    """MONAI Deploy has only the archive, not the bundle's folder, so no file may be hashed before its use."""
    monkeypatch.chdir(tmp_path)
    models = {
        SCREENING_BUNDLE: {
            "classifier": "tuberculosis.json",
            "view_checkpoint": "view.pt",
            "lesion_checkpoint": "lesions.pt",
        },
        LESIONS: {"lung_checkpoint": "lungs.pt"},
    }
    overrides = {name: str(BUNDLES / bundle / "models" / file) for name, file in models.get(bundle, {}).items()}
    made = create_workflow(
        config_file=config_files(bundle, "inference"), workflow_type="inference", bundle_root="nowhere", **overrides
    )
    assert made.parser.get_parsed_content("postprocessing") and made.parser.get_parsed_content("evaluator")


def test_opening_a_bundle_logs_nothing(tmp_path, caplog):
    """A program that opens a bundle decides what is logged."""
    logger = logging.getLogger("monai.bundle.workflows")
    logger.addHandler(caplog.handler)
    try:
        OpenBundle(BUNDLES / UNET, output_dir=str(tmp_path), device="cpu")
    finally:
        logger.removeHandler(caplog.handler)
    assert caplog.messages == []


@pytest.fixture(scope="module")
def own_results(chest_dicom, tmp_path_factory):
    """Each bundle's own result for the film: its mask and the output item."""
    found = {}
    for bundle in (UNET, RESUNET, SCREENING_BUNDLE):
        out = tmp_path_factory.mktemp(bundle)
        opened = OpenBundle(BUNDLES / bundle, output_dir=str(out), device="cpu", save_overlay=False)
        assert opened.run_film({"film": "chest", "image": str(chest_dicom)}) is None
        found[bundle] = read_mask([out / "chest_lungs.png"])[0], opened.evaluator.state.output[0]
    return found


@pytest.mark.parametrize("axes", ["(W, H, 1)", "(W, H)", "(1, W, H)"])
@MASKS
def test_deploy_gives_the_same_mask_as_the_bundle(bundle, axes, own_results, chest_dicom, tmp_path, monkeypatch):
    archive = tmp_path / "model.ts"
    ckpt_export(
        net_id="network_def",
        filepath=str(archive),
        ckpt_file=str(BUNDLES / bundle / "models/model.pt"),
        meta_file=str(BUNDLES / bundle / "configs/metadata.json"),
        config_file=config_files(bundle, "inference"),
        use_trace=True,
        input_shape=[1, 1, 256, 256],
    )
    if bundle == SCREENING_BUNDLE:
        (tmp_path / "models").mkdir()
        for model in ("view.pt", "lesions.pt", "tuberculosis.json"):
            shutil.copy(BUNDLES / bundle / "models" / model, tmp_path / "models")
    monkeypatch.chdir(tmp_path)
    parser = deploy_steps.read_archive(archive)
    film = read_film(chest_dicom)[0]
    shaped = {"(W, H, 1)": film[..., None], "(W, H)": film, "(1, W, H)": film[None]}[axes]
    before = sorted(tmp_path.rglob("*"))
    found = deploy_steps.run(parser, torch.jit.load(archive).eval(), np.ascontiguousarray(shaped))
    mask, item = own_results[bundle]
    image = deploy_steps.image_of(found["pred"])
    assert image.shape == (1, film.shape[1], film.shape[0])
    assert (mask == image[0].T).mean() > 0.9999
    if bundle == SCREENING_BUNDLE:
        torch.testing.assert_close(found["tuberculosis"], item["tuberculosis"], atol=0.01, rtol=0)
        assert found["tuberculosis"].sum() == pytest.approx(1, abs=1e-6)
    assert sorted(tmp_path.rglob("*")) == before, "the caller writes results, not the bundle"


def test_item_contains_all_outputs_of_the_metadata(own_results):
    for bundle, (_, item) in own_results.items():
        outputs = json.loads((BUNDLES / bundle / "configs/metadata.json").read_text())["network_data_format"]["outputs"]
        assert outputs.keys() <= item.keys(), bundle


@LUNGS
def test_federated_training_updates_the_global_weights(bundle, collection, tmp_path):
    settings = training(collection, tmp_path, resume=False) | SMALL_NETWORK[bundle]
    client = MonaiAlgo(
        bundle_root=str(BUNDLES / bundle),
        local_epochs=1,
        send_weight_diff=False,
        train_kwargs=settings,
        eval_kwargs=settings,
    )
    client.initialize(extra={ExtraItems.CLIENT_NAME: "clinic"})
    weights = ExchangeObject(
        weights={name: value.numpy().copy() for name, value in client.trainer.network.state_dict().items()}
    )
    for _ in range(2):
        client.train(data=weights, extra={})
        trained = client.get_weights(extra={})
        changed = [name for name, value in trained.weights.items() if not np.array_equal(value, weights.weights[name])]
        assert changed and set(trained.weights) == set(weights.weights)
    metrics = client.evaluate(data=trained, extra={}).metrics
    assert 0 <= metrics["dice"] <= 1
    client.finalize()


@LUNGS
def test_federated_statistics_cover_the_films(bundle, collection, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # MONAI writes its statistics here
    client = MonaiAlgoStats(bundle_root=str(BUNDLES / bundle), histogram_only=False)
    client.workflow = workflow(bundle, "train", kind="train", **training(collection, tmp_path))
    client.initialize(extra={ExtraItems.CLIENT_NAME: "clinic"})
    asked = {FlStatistics.HIST_BINS: [8], FlStatistics.HIST_RANGE: [[0, 1]]}
    found = client.get_data_stats(extra=asked)
    for section in ("train", "eval"):
        assert found.statistics[section]["data_stats"]["image_stats"]["shape"]["max"] == [96, 112]
    client.finalize()
