"""Cost of a bundle's network: parameters, and time per film on one core."""

import platform
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from monai.bundle import ConfigParser

__all__ = ["network_cost"]

_WARM_UP = 5


def network_cost(config: Path, overlays: Sequence[Path] = (), **settings: object) -> list[dict]:
    """
    Count the network's parameters and time one film at the bundle's image size.

    Parameters
    ----------
    config : pathlib.Path
        One of the bundle's configs.
    overlays : sequence of pathlib.Path, optional
        Further config files, which take precedence.
    **settings
        Overrides of the config.

    Returns
    -------
    list of dict
        One row for trainable parameters; one for the time in ms on one thread, after a warm-up: the median, with
        the 2.5th and 97.5th percentile as low and high.
    """
    parser = ConfigParser()
    parser.read_config([str(file) for file in (config, *overlays)])
    parser.update(settings)
    network, size = parser.get_parsed_content("network_def").eval(), parser["image_size"]
    parameters = sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
    low, median, high, n = _time_per_film(network, torch.rand(1, 1, *size))
    machine = platform.processor() or platform.machine()
    row = {"data": f"{size[0]} x {size[1]} px, one core, {machine}"}
    return [
        row | {"metric": "network time per film", "value": median, "low": low, "high": high, "n": n, "unit": "ms"},
        row | {"metric": "parameters", "value": parameters, "unit": "1"},
    ]


def _time_per_film(network: torch.nn.Module, film: torch.Tensor, repeats: int = 40) -> tuple[float, float, float, int]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    times = []
    with torch.inference_mode():
        for repeat in range(repeats + _WARM_UP):
            start = time.perf_counter()
            network(film)
            if repeat >= _WARM_UP:
                times.append(1000 * (time.perf_counter() - start))
    torch.set_num_threads(threads)
    low, median, high = np.percentile(times, [2.5, 50, 97.5])
    return float(low), float(median), float(high), repeats
