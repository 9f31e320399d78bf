"""
List the versions of a model's weights, and serve one: python tools/monailabel/versions.py unet --serve shipped.

A running server uses it from its next request.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from lib.models import MODELS, Weights


def main() -> None:
    """List or serve versions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("--serve", metavar="VERSION", help="version to serve")
    parser.add_argument("--weights", default="", help="folder of trained versions, as for --conf weights")
    arguments = parser.parse_args()
    weights = Weights(arguments.model, arguments.weights)
    if arguments.serve:
        try:
            weights.serve(arguments.serve)
        except ValueError as error:
            parser.error(str(error))
    for version in weights.versions():
        served = " (served)" if version == weights.served() else ""
        print(f"{version}{served}{_summary(weights.about(version))}")


def _summary(about: dict) -> str:
    """Return what a version was trained on, and its Dice before and after."""
    films, dice = about.get("films"), about.get("validation_dice")
    if not films:
        return ""
    trained = f": trained on {films['training']} films, from {about['from'] or 'scratch'}"
    if not dice:
        return trained
    return f"{trained}; Dice on {films['validation']} held out: {dice['before']} before, {dice['after']} after"


if __name__ == "__main__":
    main()
