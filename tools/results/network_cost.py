"""What a bundle's network costs: parameters, and time for one film on one core."""

import time
from pathlib import Path

import numpy as np
import torch
from monai.bundle import ConfigParser

__all__ = ["parameter_count", "time_per_film"]


def parameter_count(config: Path) -> int:
    """Return the number of the network's trainable parameters."""
    network = _network(config)[0]
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)


def time_per_film(config: Path, repeats: int = 40) -> tuple[float, float, float, int]:
    """
    Time the network on one film at the bundle's image size.

    Returns
    -------
    tuple
        Median, 2.5th and 97.5th percentile in ms on one thread, after a warm-up, and the number of repeats.
    """
    network, size = _network(config)
    film, threads = torch.rand(1, 1, *size), torch.get_num_threads()
    torch.set_num_threads(1)
    times = []
    with torch.inference_mode():
        for repeat in range(repeats + 5):
            start = time.perf_counter()
            network(film)
            if repeat >= 5:
                times.append(1000 * (time.perf_counter() - start))
    torch.set_num_threads(threads)
    low, median, high = np.percentile(times, [2.5, 50, 97.5])
    return float(median), float(low), float(high), repeats


def _network(config: Path) -> tuple[torch.nn.Module, list[int]]:
    parser = ConfigParser()
    parser.read_config(config)
    return parser.get_parsed_content("network_def").eval(), parser["image_size"]
