"""Run the bundles, small, on synthetic films."""

from pathlib import Path

import monai.bundle
from monai.bundle import ConfigWorkflow

BUNDLES = Path(__file__).parents[2] / "bundles"
UNET, RESUNET = "cxr_lung_segmentation_unet", "cxr_lung_segmentation_resunet"
LESIONS = "cxr_tuberculosis_lesions"
SMALL_NETWORK = {
    UNET: {"network_def#channels": [8, 16, 32, 64], "network_def#strides": [2, 2, 2]},
    RESUNET: {"network_def#channels": [8, 16, 32]},
}


def config_files(bundle: str, *names: str) -> list[str]:
    """Return the paths of a bundle's configs."""
    return [str(BUNDLES / bundle / "configs" / f"{name}.json") for name in names]


def training(collection: Path, output: Path, **overrides) -> dict:
    """Return the settings of a small training run."""
    small = {
        "dataset_dir": str(collection),
        "split": str(collection / "datalist.json"),
        "output_dir": str(output),
        "tensorboard_dir": str(output / "tensorboard"),
        "image_size": [64, 64],
        "epochs": 2,
        "warmup_epochs": 0,
        "val_interval": 1,
        "picture_interval": 1,
        "batch_size": 2,
        "learning_rate": 0.01,
    }
    return small | overrides


def run(bundle: str, *names: str, small_network: bool = True, **overrides) -> None:
    """Run a bundle's configs as ``python -m monai.bundle run`` does."""
    if small_network:
        overrides = SMALL_NETWORK[bundle] | overrides
    monai.bundle.run(config_file=config_files(bundle, *names), bundle_root=str(BUNDLES / bundle), **overrides)


def workflow(bundle: str, *names: str, kind: str, **overrides) -> ConfigWorkflow:
    """Open a bundle as MONAI's tools do."""
    return ConfigWorkflow(
        config_files(bundle, *names), workflow_type=kind, bundle_root=str(BUNDLES / bundle), **overrides
    )
