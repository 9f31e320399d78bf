"""
MONAI Label's stock inference task for bundles, served over a pipe.

`segmentation.py` runs this file in MONAI Label's environment. Each line on standard input is a JSON list of films; the
reply, once all are segmented, is the path of the last mask.
"""

import json
import logging
import os
import sys

from monailabel.tasks.infer.bundle import BundleInferTask

# As sent by 3D Slicer's client.
_WANTED = {"device": "cpu", "result_extension": ".nrrd", "result_dtype": "uint16", "result_compress": False}


def main() -> None:
    """Load the bundle, report that it is ready, and serve requests."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # keep library output out of the replies
    logging.disable(logging.WARNING)
    task = BundleInferTask(sys.argv[1], {})
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        for film in json.loads(line):
            mask, _ = task({"image": film} | _WANTED)
        print(mask, file=answers, flush=True)


if __name__ == "__main__":
    main()
