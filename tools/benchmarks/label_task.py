"""
MONAI Label's stock task for bundles, asked over a pipe: what its server runs for a film.

`segmentation.py` starts this file in MONAI Label's own environment. A line on standard input is a JSON list of films;
the answer, once all are outlined, is the path of the last one's mask.
"""

import json
import logging
import os
import sys

from monailabel.tasks.infer.bundle import BundleInferTask

# As 3D Slicer's client asks.
_WANTED = {"device": "cpu", "result_extension": ".nrrd", "result_dtype": "uint16", "result_compress": False}


def main() -> None:
    """Open the bundle, say so, and answer."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    logging.disable(logging.WARNING)
    task = BundleInferTask(sys.argv[1], {})
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        for film in json.loads(line):
            mask, _ = task({"image": film} | _WANTED)
        print(mask, file=answers, flush=True)


if __name__ == "__main__":
    main()
