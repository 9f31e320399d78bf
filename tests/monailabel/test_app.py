"""The MONAI Label app over REST: responses are checked for their content, not only their status."""

import json
import subprocess
import sys
import time
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import requests

from chestxr.bundle import bundle_folder
from chestxr.bundle.open import OpenBundle
from chestxr.io import read_film
from chestxr.utils.provenance import sha256
from tests.monailabel.film_formats import CHEST, FORMATS, own_mask, smaller_dice, write_formats
from tests.monailabel.label_server import REPOSITORY, LabelServer, mask_of, parts

BUNDLES = {"unet": "cxr_lung_segmentation_unet", "resunet": "cxr_lung_segmentation_resunet"}


@pytest.fixture(scope="module")
def films(tmp_path_factory) -> Path:
    """One real film in every format, and an unreadable file."""
    folder = write_formats(tmp_path_factory.mktemp("films"))
    (folder / "broken.png").write_bytes(b"no film")
    return folder


@pytest.fixture(scope="module")
def server(films, tmp_path_factory):
    started = LabelServer(films, tmp_path_factory.mktemp("label") / "weights")
    yield started
    started.stop()


@pytest.fixture(scope="module")
def own_masks(films, tmp_path_factory) -> dict[tuple[str, str], np.ndarray]:
    """Masks of the bundles themselves."""
    found = {}
    for model, name in BUNDLES.items():
        out = tmp_path_factory.mktemp(model)
        bundle = OpenBundle(bundle_folder(name), output_dir=str(out), save_overlay=False)
        for kind in FORMATS:
            (film,) = films.glob(f"{kind}.*")
            found[model, kind] = own_mask(bundle, out, film)
    return found


def test_info_lists_the_models_without_a_model_zoo(server):
    info = server.get("/info/")
    assert set(info["models"]) == set(info["trainers"]) == set(BUNDLES)
    assert info["models"]["unet"]["labels"] == {"right lung": 1, "left lung": 2}
    assert set(info["strategies"]) == {"uncertain", "random", "first"}
    assert set(info["scoring"]) == {"dice", "uncertainty"}
    assert "Research use only" in info["description"]


@pytest.mark.parametrize("model", BUNDLES)
@pytest.mark.parametrize("kind", FORMATS)
def test_mask_equals_the_bundles(server, own_masks, model, kind):
    mask = server.mask(model, kind)
    assert mask.shape == read_film(CHEST)[0].shape
    assert set(np.unique(mask)) == {0, 1, 2}
    assert smaller_dice(mask, own_masks[model, kind]) == 1
    assert smaller_dice(mask, own_masks[model, "dicom"]) > 0.995, "another format of the same film"


@pytest.mark.parametrize("ending", [".nii.gz", ".nii", ".nrrd", ".png"])
def test_mask_has_the_requested_format(server, own_masks, ending):
    assert (server.mask("unet", "dicom", ending) == own_masks["unet", "dicom"]).all()


def test_outputs(server, own_masks):
    params = server.infer("unet", "dicom", "json").json()
    assert params["label_names"] == {"right lung": 1, "left lung": 2} and params["version"] == "shipped"
    assert params["quality"]["right_area"] == pytest.approx((own_masks["unet", "dicom"] == 1).mean(), abs=1e-4)
    both = parts(server.infer("unet", "dicom", "all"))
    assert json.loads(both["params"])["quality"] == params["quality"]
    assert (mask_of(both["image"], ".nii.gz") == own_masks["unet", "dicom"]).all()


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/infer/unet?image=broken&output=image", 400, "no image that chestxr reads"),
        ("/infer/unet?image=nowhere&output=image", 400, "no such file"),
        ("/infer/vnet?image=dicom&output=image", 404, "no such model; there are unet, resunet"),
        ("/activelearning/best", 404, "no such strategy"),
        ("/train/vnet?run_sync=true", 404, "no such model"),
        ("/scoring/best?run_sync=true", 404, "no such scoring method; there are dice, uncertainty"),
        ("/train/unet?run_sync=true", 400, "expected 2 or more"),
    ],
)
def test_client_errors_are_reported_and_the_server_keeps_running(server, path, status, words):
    answer = requests.post(f"{server.url}{path}", timeout=120)
    assert answer.status_code == status and words in answer.json()["detail"]
    assert server.get("/info/")["name"] == "chestxr"


def test_failed_background_task_reports_the_reason_in_its_last_line(server):
    task = server.background("/train/unet")
    assert task["status"] == "ERROR"
    assert task["details"][-1] == "failed: 0 films with a final label; expected 2 or more; save corrected labels first"
    assert "Traceback" not in "".join(task["details"]), "the reason is enough"


def test_invalid_label_is_rejected(server, own_masks, tmp_path):
    (tmp_path / "text.nii.gz").write_text("no mask")
    nib.save(
        nib.Nifti1Image(np.zeros(own_masks["unet", "dicom"].shape, np.uint8), np.eye(4)), tmp_path / "empty.nii.gz"
    )
    nib.save(nib.Nifti1Image(own_masks["unet", "dicom"][::2], np.eye(4)), tmp_path / "small.nii.gz")
    found = {"text": "no image that chestxr reads", "empty": "marks nothing", "small": "as the film has"}
    for name, words in found.items():
        answer = _put(server, "dx", tmp_path / f"{name}.nii.gz")
        assert answer.status_code == 400 and words in answer.json()["detail"], answer.text
    assert _put(server, "nowhere", tmp_path / "text.nii.gz").status_code == 404
    assert "final" not in server.get("/datastore/?output=all")["objects"]["dx"]["labels"]


def _put(server: LabelServer, image: str, label: Path) -> requests.Response:
    url = f"{server.url}/datastore/label?image={image}&tag=final"
    with label.open("rb") as content:
        return requests.put(url, files={"label": (label.name, content)}, data={"params": "{}"}, timeout=60)


def test_cross_origin_requests_are_rejected(server):
    answer = requests.get(f"{server.url}/info/", headers={"Origin": "http://elsewhere.example"}, timeout=30)
    assert "elsewhere" not in answer.headers.get("access-control-allow-origin", "")
    assert answer.headers.get("access-control-allow-origin") != "*"
    for method in ("get", "put", "post", "delete"):
        answer = requests.request(
            method, f"{server.url}/datastore/label", headers={"Origin": "http://elsewhere.example"}, timeout=30
        )
        assert answer.status_code == 403
    assert requests.get(f"{server.url}/info/", headers={"Origin": server.url}, timeout=30).status_code == 200


def test_unknown_version_or_format_is_rejected(server):
    for params, words in (({"version": "v9"}, "no such version"), ({"result_extension": ".bmp"}, "expected one of")):
        answer = server.infer("unet", "dicom", "image", **params)
        assert answer.status_code == 400 and words in answer.json()["detail"]


def test_batch_continues_after_an_unreadable_film(server):
    done = server.post("/batch/infer/unet?images=all&run_sync=true").json()
    assert set(done) == {*FORMATS, "broken"}
    assert "no image that chestxr reads" in done["broken"]["error"]
    labels = server.get("/datastore/?output=all")["objects"]
    assert all("original" in labels[kind]["labels"] for kind in FORMATS)


def test_correcting_scoring_choosing_training_and_rolling_back(server, films, own_masks, tmp_path):
    shipped = bundle_folder(BUNDLES["unet"]) / "models" / "model.pt"
    before = sha256(shipped)
    assert server.background("/batch/infer/unet?images=all", label_tag="second")["status"] == "DONE"
    for kind in FORMATS:
        kept = requests.get(f"{server.url}/datastore/label?label={kind}&tag=second", timeout=60)
        assert (mask_of(kept.content, ".nii.gz") == own_masks["unet", kind]).all()

    assert server.background("/scoring/uncertainty")["status"] == "DONE"
    objects = server.get("/datastore/?output=all")["objects"]
    unsure = {kind: objects[kind]["image"]["info"]["uncertainty"] for kind in FORMATS}
    assert all(0 < value < 1 for value in unsure.values())
    assert "uncertainty" not in objects["broken"]["image"]["info"]
    assert server.post("/activelearning/uncertain").json()["id"] == max(unsure, key=unsure.get)
    for strategy in ("random", "first"):
        assert server.post(f"/activelearning/{strategy}").json()["id"] in objects

    for kind in ("dicom", "png16", "nifti"):
        own = own_masks["unet", kind]
        corrected = np.where(np.arange(own.shape[1]) < own.shape[1] // 2, own, 0).astype(np.uint8)
        nib.save(nib.Nifti1Image(corrected, np.diag([-1, -1, 1, 1])), tmp_path / f"{kind}.nii.gz")
        server.save(kind, tmp_path / f"{kind}.nii.gz")
        kept = requests.get(f"{server.url}/datastore/label?label={kind}&tag=final", timeout=60)
        assert (mask_of(kept.content, ".nii.gz") == corrected).all()
        expected = 2 * (corrected == 1).sum() / ((corrected == 1).sum() + (own == 1).sum())
        scored = server.post("/scoring/dice?run_sync=true", y_pred="second").json()
        assert scored[kind]["right lung"] == pytest.approx(expected, abs=1e-3)
    assert server.post("/activelearning/uncertain").json()["id"] not in ("dicom", "png16", "nifti")

    for mistake in ({"val_split": 1}, {"val_split": 0}, {"pretrained": "perhaps"}):
        answer = server.post("/train/unet?run_sync=true", **mistake)
        assert answer.status_code == 400 and "expected" in answer.json()["detail"]
    trained = server.background("/train/unet", max_epochs=2)
    assert trained["status"] == "DONE", trained["details"]
    note = json.loads((server.weights / "unet" / "v1.json").read_text())
    assert note["from"] == "shipped" and note["films"] == {"training": 2, "validation": 1}
    assert 0.5 < note["validation_dice"]["before"] < 1 and 0 < note["validation_dice"]["after"] < 1
    assert sha256(shipped) == before and (server.weights / "unet" / "v1.pt").is_file()
    assert server.get("/info/")["models"]["unet"]["config"]["version"] == ["v1", "shipped"]
    assert server.infer("unet", "dicom", "json").json()["version"] == "v1"
    assert smaller_dice(server.mask("unet", "dicom"), own_masks["unet", "dicom"]) < 1
    assert smaller_dice(server.mask("unet", "dicom", version="shipped"), own_masks["unet", "dicom"]) == 1

    command = [
        sys.executable,
        str(REPOSITORY / "tools/monailabel/versions.py"),
        "unet",
        "--weights",
        str(server.weights),
    ]
    listing = subprocess.run([*command, "--serve", "shipped"], check=True, capture_output=True, text=True)
    first, second = listing.stdout.splitlines()
    assert (
        first.startswith("v1: trained on 2 films, from shipped; Dice on 1 held out: 0.")
        and second == "shipped (served)"
    )
    assert smaller_dice(server.mask("unet", "dicom"), own_masks["unet", "dicom"]) == 1

    server.post("/train/unet", max_epochs=1000)
    while server.get("/train/")["status"] == "SUBMITTED":
        time.sleep(0.2)
    assert requests.delete(f"{server.url}/train/", timeout=60).json()["status"] == "STOPPED"
    assert server.get("/info/")["models"]["unet"]["config"]["version"] == ["shipped", "v1"]
