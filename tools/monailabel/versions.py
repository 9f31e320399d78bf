"""
List the versions of a model's weights, and put one into use: python tools/monailabel/versions.py unet --serve shipped.

A running server takes it over with its next request.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from lib.models import MODELS, Weights


def main() -> None:
    """List, or serve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("--serve", metavar="VERSION", help="the version to use from now on")
    parser.add_argument("--weights", default="", help="folder of trained versions, as --conf weights names it")
    arguments = parser.parse_args()
    weights = Weights(arguments.model, arguments.weights)
    if arguments.serve:
        try:
            weights.serve(arguments.serve)
        except ValueError as error:
            parser.error(str(error))
    for version in weights.versions():
        print(f"{version}{' (served)' if version == weights.served() else ''}")


if __name__ == "__main__":
    main()
