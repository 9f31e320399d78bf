"""MONAI Label's stock app runs and trains the lung bundles: masks and weights are compared, not only the status."""

import json
import tempfile
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import requests
import SimpleITK as sitk
import torch

from chestxr.bundle import bundle_folder
from chestxr.bundle.open import OpenBundle
from chestxr.utils.provenance import sha256
from tests.monailabel.film_formats import FORMATS, own_mask, smaller_dice, write_formats
from tests.monailabel.label_server import parts
from tests.monailabel.stock_app import StockServer

BUNDLES = ("cxr_lung_segmentation_unet", "cxr_lung_segmentation_resunet")
SLICER = {"result_extension": ".nrrd", "result_dtype": "uint8"}


@pytest.fixture(scope="module")
def films(tmp_path_factory) -> dict[str, Path]:
    folder = write_formats(tmp_path_factory.mktemp("films"))
    return {path.name.split(".")[0]: path for path in folder.iterdir()}


@pytest.fixture(scope="module")
def server(films, tmp_path_factory):
    started = StockServer(films["png8"].parent, tmp_path_factory.mktemp("stock"), BUNDLES)
    yield started
    started.stop()


@pytest.fixture(scope="module")
def own_masks(films, tmp_path_factory) -> dict[tuple[str, str], np.ndarray]:
    """Masks of the bundles themselves, (W, H)."""
    found = {}
    for model in BUNDLES:
        out = tmp_path_factory.mktemp(model)
        bundle = OpenBundle(bundle_folder(model), output_dir=str(out), save_overlay=False)
        found |= {(model, kind): own_mask(bundle, out, film) for kind, film in films.items()}
    return found


def _image(content: bytes, ending: str) -> sitk.Image:
    with tempfile.NamedTemporaryFile(suffix=ending) as file:
        file.write(content)
        file.flush()
        return sitk.ReadImage(file.name)


def _array(image: sitk.Image) -> np.ndarray:
    """Return an image's pixels, (W, H)."""
    rows = sitk.GetArrayFromImage(image)
    return (rows[0] if rows.ndim == 3 else rows).T


def test_info_lists_both_bundles(server):
    info = server.get("/info/")
    assert set(info["models"]) == set(info["trainers"]) == set(BUNDLES)
    for model in info["models"].values():
        assert model["type"] == "segmentation" and model["dimension"] == 2
        assert model["labels"] == {"right lung": 1, "left lung": 2}


@pytest.mark.parametrize("model", BUNDLES)
@pytest.mark.parametrize("kind", FORMATS)
def test_mask_in_3d_slicer_equals_the_bundles(server, films, own_masks, model, kind):
    answer = server.infer(model, kind, "all", **server.settings("models", model) | SLICER)
    assert answer.status_code == 200, answer.text
    found = parts(answer)
    assert json.loads(found["params"])["label_names"] == {"right lung": 1, "left lung": 2}
    mask, film = _image(found["image"], ".nrrd"), sitk.ReadImage(str(films[kind]))
    assert mask.GetSize()[:2] == film.GetSize()[:2] == (1841, 1955)
    assert mask.GetSpacing()[:2] == pytest.approx(film.GetSpacing()[:2])
    assert mask.GetOrigin() == (0,) * mask.GetDimension()
    assert (np.reshape(mask.GetDirection(), (mask.GetDimension(), -1)) == np.eye(mask.GetDimension())).all()
    assert mask.GetPixelID() == sitk.sitkUInt8 and set(np.unique(_array(mask))) == {0, 1, 2}
    assert smaller_dice(_array(mask), own_masks[model, kind]) >= 0.999


@pytest.mark.parametrize("ending", [".nii.gz", ".nii", ".png", ""])
@pytest.mark.parametrize("kind", ["dx", "png8", "nifti"])
def test_mask_in_every_format(server, films, own_masks, kind, ending):
    """Without a requested extension, the app uses the film's own."""
    model = BUNDLES[0]
    answer = server.infer(model, kind, "image", **({"result_extension": ending} if ending else {}))
    assert answer.status_code == 200, answer.text
    mask = _array(_image(answer.content, ending or films[kind].name.removeprefix(kind)))
    assert mask.shape == (1841, 1955) and smaller_dice(mask, own_masks[model, kind]) >= 0.999


def test_batch_inference_in_the_background(server, own_masks):
    model = BUNDLES[1]
    asked = {"multi_gpu": False, "label_tag": "original", "result_extension": ".nii.gz"}
    done = server.background(f"/batch/infer/{model}?images=all", **asked)
    assert done["status"] == "DONE", done["details"]
    for kind in FORMATS:
        kept = requests.get(f"{server.url}/datastore/label?label={kind}&tag=original", timeout=60)
        assert smaller_dice(_array(_image(kept.content, ".nii.gz")), own_masks[model, kind]) >= 0.999


@pytest.mark.parametrize("model", BUNDLES)
def test_training_on_corrected_labels_and_serving_the_result(server, films, own_masks, model, tmp_path):
    weights = server.models / model / "models"
    shipped = sha256(bundle_folder(model) / "models" / "model.pt")
    for kind in FORMATS[:5]:
        own = own_masks[model, kind]
        corrected = np.where(np.arange(own.shape[1]) < 1200, own, 0).astype(np.uint8)
        nib.save(nib.Nifti1Image(corrected, np.diag([-1, -1, 1, 1])), tmp_path / f"{kind}.nii.gz")
        server.save(kind, tmp_path / f"{kind}.nii.gz")

    versions = []
    for _ in range(2):
        asked = server.settings("trainers", model) | {"max_epochs": 2}
        assert asked["pretrained"] is True and asked["val_split"] == 0.2 and asked["run_id"] == ""
        assert asked["model_filename"] == "model.pt"
        trained = server.background(f"/train/{model}", **asked)
        assert trained["status"] == "DONE", trained["details"]
        assert f"Restored all variables from {weights / 'model.pt'}" in server.log.read_text()
        versions.append(sha256(weights / "model.pt"))
    assert sha256(weights / "model_shipped.pt") == shipped
    assert len({shipped, *versions}) == 3, "each training changes the weights"
    # By default the app takes the file with the shortest name.
    offered = server.get("/info/")["trainers"][model]["config"]["model_filename"]
    assert offered == ["model.pt", "model_shipped.pt"]
    after, before = (torch.load(weights / name, weights_only=True) for name in offered)
    assert before.keys() == after.keys()

    trained = OpenBundle(
        bundle_folder(model), output_dir=str(tmp_path), save_overlay=False, checkpoint=str(weights / "model.pt")
    )
    expected = own_mask(trained, tmp_path, films["png16"])
    masks = {}
    for name, chosen in (("model.pt", {}), ("model_shipped.pt", {"model_filename": "model_shipped.pt"})):
        answer = server.infer(model, "png16", "image", **SLICER, **chosen)
        assert answer.status_code == 200, answer.text
        masks[name] = _array(_image(answer.content, ".nrrd"))
    assert smaller_dice(masks["model.pt"], expected) >= 0.999
    assert smaller_dice(masks["model_shipped.pt"], own_masks[model, "png16"]) >= 0.999
    assert (masks["model.pt"] != masks["model_shipped.pt"]).any()
    assert smaller_dice(masks["model.pt"], masks["model_shipped.pt"]) > 0.5, "not trained from scratch"
