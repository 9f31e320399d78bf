"""The steps of MONAI Deploy's bundle operator for a bundle in a TorchScript archive."""

import json
import zipfile
from pathlib import Path

import numpy as np
import torch
from monai.bundle import ConfigParser
from monai.data import MetaTensor
from monai.transforms import Compose

LEFT_OUT = ("LoadImage", "SaveImage")


def read_archive(archive: Path) -> ConfigParser:
    """Parse the configuration in an archive; the bundle's folder is unknown."""
    parser = ConfigParser()
    with zipfile.ZipFile(archive) as content:
        extra = f"{archive.stem}/extra"
        parser.read_meta(f=json.loads(content.read(f"{extra}/metadata.json")))
        parser.read_config(json.loads(content.read(f"{extra}/inference.json")))
    parser.parse()
    return parser


def run(parser: ConfigParser, network: torch.nn.Module, film: np.ndarray) -> dict:
    """
    Run a bundle on a film passed as an array.

    Parameters
    ----------
    parser : ConfigParser
        The bundle's configuration.
    network : torch.nn.Module
        The network.
    film : numpy.ndarray
        The film.

    Returns
    -------
    dict
        The item after postprocessing, with the outputs that metadata.json names.
    """
    device = torch.device(parser.get_parsed_content("device"))
    inferer = parser.get_parsed_content("inferer")
    prepare, finish = (_without_files(parser.get_parsed_content(name)) for name in ("preprocessing", "postprocessing"))
    (image_name,), outputs = (list(parser["_meta_"]["network_data_format"][kind]) for kind in ("inputs", "outputs"))
    with torch.no_grad():
        meta = {"original_channel_dim": "no_channel", "spatial_shape": np.asarray(film.shape)}
        item = prepare({image_name: MetaTensor.ensure_torch_and_prune_meta(torch.from_numpy(film), meta)})
        others = {key: value[None] for key, value in item.items() if key != image_name and torch.is_tensor(value)}
        predicted = inferer(inputs=item[image_name][None].to(device), network=network, **others)
        return finish({outputs[0]: predicted[0]} | item)


def _without_files(chain: Compose) -> Compose:
    chain.transforms = tuple(
        step for step in chain.transforms if not any(name in type(step).__name__ for name in LEFT_OUT)
    )
    return chain


def image_of(mask: torch.Tensor) -> np.ndarray:
    """Return a mask as the operator outputs it, (slices, H, W)."""
    return np.swapaxes(np.squeeze(mask.cpu().numpy(), 0), 0, 2).astype(np.uint8)
