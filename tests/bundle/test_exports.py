"""Bundle exports match the PyTorch network on real films."""

import numpy as np
import pytest
import torch
from monai.bundle import ConfigParser, ckpt_export, onnx_export, verify_net_in_out
from monai.transforms import Compose

from chestxr.bundle import SCREENING_BUNDLE
from tests.bundle.bundle_runs import BUNDLES, LESIONS, RESUNET, UNET, config_files

pytestmark = pytest.mark.slow

BOTH = pytest.mark.parametrize("bundle", [UNET, RESUNET])
ALL = pytest.mark.parametrize("bundle", [UNET, RESUNET, LESIONS, SCREENING_BUNDLE])


def _arguments(bundle: str) -> dict:
    return {
        "config_file": config_files(bundle, "inference"),
        "meta_file": str(BUNDLES / bundle / "configs/metadata.json"),
    }


@pytest.fixture
def small_film(chest_dicom):
    """The demo film as the network sees it, (1, 1, 256, 256)."""
    parser = ConfigParser()
    parser.read_config(config_files(UNET, "inference"))
    chain = Compose(parser.get_parsed_content("image_transforms"))
    return chain({"image": str(chest_dicom)})["image"].as_tensor()[None]


def _torch_logits(bundle: str, film: torch.Tensor) -> np.ndarray:
    parser = ConfigParser()
    parser.read_config(config_files(bundle, "inference"))
    network = parser.get_parsed_content("network_def").eval()
    network.load_state_dict(torch.load(BUNDLES / bundle / "models/model.pt", weights_only=True))
    with torch.inference_mode():
        return network(film).numpy()


@ALL
def test_network_matches_its_declared_input_and_output(bundle):
    verify_net_in_out(net_id="network_def", device="cpu", **_arguments(bundle))


@BOTH
def test_onnx_runtime_agrees_on_a_real_film(bundle, small_film, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    path = tmp_path / "model.onnx"
    onnx_export(
        net_id="network_def",
        filepath=str(path),
        ckpt_file=str(BUNDLES / bundle / "models/model.pt"),
        input_shape=[1, 1, 256, 256],
        use_trace=True,
        **_arguments(bundle),
    )
    session = onnxruntime.InferenceSession(path)
    (actual,) = session.run(None, {session.get_inputs()[0].name: small_film.numpy()})
    expected = _torch_logits(bundle, small_film)
    np.testing.assert_allclose(actual, expected, atol=1e-3)
    assert (actual.argmax(1) == expected.argmax(1)).mean() > 0.9999


@BOTH
def test_torchscript_agrees_on_a_real_film(bundle, small_film, tmp_path):
    path = tmp_path / "model.ts"
    ckpt_export(
        net_id="network_def",
        filepath=str(path),
        ckpt_file=str(BUNDLES / bundle / "models/model.pt"),
        use_trace=True,
        input_shape=[1, 1, 256, 256],
        **_arguments(bundle),
    )
    with torch.inference_mode():
        actual = torch.jit.load(path)(small_film).numpy()
    np.testing.assert_allclose(actual, _torch_logits(bundle, small_film), atol=1e-3)
