"""The bundles' configs are complete and consistent, with every hyper-parameter at the top level."""

import json
import re
from importlib.util import find_spec

import jsonschema
import pytest
import torch
from monai.bundle import ConfigParser, verify_metadata

import chestxr
from chestxr.bundle import SCREENING_BUNDLE
from tests.bundle.bundle_runs import BUNDLES, LESIONS, RESUNET, UNET, config_files, training, workflow
from tools.bundles.build import differences

BOTH = pytest.mark.parametrize("bundle", [UNET, RESUNET])
TRAINED = pytest.mark.parametrize("bundle", [UNET, RESUNET, LESIONS])
ALL = pytest.mark.parametrize("bundle", [UNET, RESUNET, LESIONS, SCREENING_BUNDLE])
CONFIGS = ("train", "evaluate", "inference", "multi_gpu_train", "multi_gpu_evaluate")
METADATA_SCHEMA = {
    "type": "object",
    "required": [
        "schema",
        "version",
        "changelog",
        "monai_version",
        "pytorch_version",
        "numpy_version",
        "required_packages_version",
        "task",
        "description",
        "authors",
        "copyright",
        "network_data_format",
    ],
    "properties": {
        "schema": {"type": "string", "pattern": "meta_schema_20240725.json$"},
        "version": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
        "changelog": {"type": "object"},
        "required_packages_version": {"type": "object"},
        "supported_apps": {"type": "object"},
        "network_data_format": {"type": "object", "required": ["inputs", "outputs"]},
    },
}


def _load(bundle: str, name: str) -> dict:
    return json.loads((BUNDLES / bundle / "configs" / f"{name}.json").read_text())


@TRAINED
def test_bundle_is_complete(bundle):
    names = [f"configs/{name}.json" for name in (*CONFIGS, "metadata")]
    names += ["configs/logging.conf", "docs/README.md", "docs/data_license.txt", "LICENSE", "models/model.pt"]
    missing = [name for name in names if not (BUNDLES / bundle / name).is_file()]
    assert not missing
    assert (BUNDLES / bundle / "models/model.pt").stat().st_size < 25 * 2**20


def test_shared_bundle_parts_are_up_to_date():
    """A copy edited by hand, or a source changed without its copies, fails with instructions."""
    assert not differences(), "\n".join(differences())


@BOTH
@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("train",), "train"),
        (("train", "evaluate"), "train"),
        (("inference",), "inference"),
    ],
)
def test_required_workflow_properties_exist(bundle, names, kind, collection, tmp_path):
    """MONAI Label, Deploy and other callers find the properties they need."""
    settings = training(collection, tmp_path) if kind == "train" else {"films": str(collection / "CXR_png")}
    bundle_workflow = workflow(bundle, *names, kind=kind, **settings)
    bundle_workflow.initialize()
    assert not bundle_workflow.check_properties()


@pytest.mark.parametrize(
    "path", sorted(BUNDLES.glob("*/configs/*.json")), ids=lambda path: f"{path.parts[-3]}/{path.name}"
)
def test_config_targets_are_not_also_modules(path):
    """Which of the two MONAI finds depends on the Python version."""
    named = re.findall(r'"_target_": "(chestxr\.[\w.]+)"', path.read_text())
    assert not [name for name in named if find_spec(name)]


@ALL
def test_metadata_is_valid(bundle, tmp_path):
    metadata = _load(bundle, "metadata")
    jsonschema.validate(metadata, METADATA_SCHEMA)
    assert metadata["version"] in metadata["changelog"]
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps(METADATA_SCHEMA))
    verify_metadata(meta_file=str(BUNDLES / bundle / "configs/metadata.json"), filepath=str(schema))


@ALL
def test_metadata_states_licence_and_outputs(bundle):
    metadata = _load(bundle, "metadata")
    assert "CC BY-NC-SA 4.0" in metadata["license"] and "Apache-2.0" in metadata["license"]
    outputs = metadata["network_data_format"]["outputs"]
    assert outputs["pred"]["value_range"] == [] and "logits" in metadata["pred_classes"]
    assert ("tuberculosis" in outputs) == (bundle == SCREENING_BUNDLE)


@ALL
def test_metadata_requires_only_published_packages(bundle):
    """The model zoo installs the packages under required_packages_version by name."""
    metadata = _load(bundle, "metadata")
    assert "chestxr" not in metadata["required_packages_version"]
    assert metadata["chestxr_version"] == chestxr.__version__ and "wheel" in metadata["installation"]
    configs = [path.read_text() for path in (BUNDLES / bundle / "configs").glob("*.json")]
    assert not [text for text in configs if re.search(r"pip install (-\S+ )*'?chestxr(?!-\d)", text)]


@ALL
def test_metadata_states_the_tested_versions(bundle):
    pinned = dict(re.findall(r"^([\w.-]+)==([\w.]+)$", (BUNDLES.parent / "constraints.txt").read_text(), re.MULTILINE))
    metadata = _load(bundle, "metadata")
    named = metadata["required_packages_version"] | {
        package: metadata[f"{name}_version"]
        for package, name in (("monai", "monai"), ("torch", "pytorch"), ("numpy", "numpy"))
    }
    assert {package: pinned[package] for package in named} == named


@TRAINED
def test_card_states_the_number_of_parameters(bundle):
    parser = ConfigParser()
    parser.read_config(config_files(bundle, "inference"))
    count = sum(weights.numel() for weights in parser.get_parsed_content("network_def").parameters())
    card = (BUNDLES / bundle / "docs" / "README.md").read_text()
    assert re.search(rf"{count:,}\s+parameters", card)


@TRAINED
def test_augmentation_returns_plain_tensors(bundle):
    parser = ConfigParser()
    parser.read_config(config_files(bundle, "train"))
    augment = parser.get_parsed_content("train#augmentation").set_random_state(0)
    found = augment({"image": torch.rand(1, 32, 32), "label": torch.rand(3, 32, 32)})
    assert {type(item) for item in found.values()} == {torch.Tensor}


@TRAINED
def test_training_page_lists_all_settings(bundle):
    """TensorBoard shows every setting of a run."""
    train = _load(bundle, "train")
    steps = {"imports", "initialize", "run", "finalize"}
    made_of_others = {"data", "network"}
    settings = {
        name
        for name, value in train.items()
        if name not in steps | made_of_others and not isinstance(value, dict) and not name.endswith("_transforms")
    }
    assert {"seed", "image_size", "initial_checkpoint", "amp"} < settings
    assert {name: train["train"]["settings"].get(name) for name in settings} == {name: f"@{name}" for name in settings}


@BOTH
def test_no_mirroring_in_training(bundle):
    """The heart's position distinguishes the right from the left lung."""
    names = [step["_target_"] for step in _load(bundle, "train")["train"]["random_transforms"]]
    assert not [name for name in names if "Flip" in name or "Rotate90" in name]


@pytest.mark.parametrize(
    ("bundle", "configs", "name"),
    [
        (UNET, ("train", "evaluate"), "evaluate-ours-test"),
        (RESUNET, ("train", "evaluate"), "evaluate-ours-test"),
        (LESIONS, ("train", "evaluate"), "evaluate-ours-test"),
        ("cxr_tuberculosis_screening", ("train", "evaluate"), "evaluate-ours"),
    ],
)
def test_evaluation_of_a_custom_split_is_named_after_it(bundle, configs, name):
    parser = ConfigParser()
    parser.read_config(config_files(bundle, *configs))
    parser.update({"split": "/somewhere/else/ours.json"})
    assert parser.get_parsed_content("run_name") == name
