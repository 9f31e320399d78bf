"""
Write the averaged weights of a training run's last epoch in half precision, as bundles ship them.

    python -m tools.bundles.weights bundles/cxr_tuberculosis_lesions/output/lesions/last.pt \\
        bundles/cxr_tuberculosis_lesions/models/model.pt

Then run ``python -m tools.bundles.build``, which copies them to the bundles that use them.
"""

import argparse
from pathlib import Path

import torch

from chestxr.utils.atomic import atomic_write


def main() -> None:
    """Read the checkpoint, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path, help="last.pt of a training run")
    parser.add_argument("weights", type=Path, help="file to write")
    arguments = parser.parse_args()
    average = torch.load(arguments.checkpoint, map_location="cpu", weights_only=True)["average"]
    halved = {name: value.half() if value.is_floating_point() else value for name, value in average.items()}
    with atomic_write(arguments.weights) as partial:
        torch.save(halved, partial)


if __name__ == "__main__":
    main()
