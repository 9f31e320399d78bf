"""
Print the processor seconds per film of the screening bundle, the peak memory in MB, and what of it other processes
cannot share, as JSON; for `tools.benchmarks.earlier_commit`.

It runs on any commit, so it imports nothing of tools.

    python -P tools/benchmarks/screening_seconds.py BUNDLE OUT FILM FILM FILM ...
"""

import json
import resource
import sys
import time
from pathlib import Path

import SimpleITK as sitk
import torch
from monai.bundle import ConfigParser

torch.set_num_threads(1)
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
bundle, out, *paths = sys.argv[1:]
films = [{"film": Path(path).stem, "image": path} for path in paths]
parser = ConfigParser()
parser.read_config(str(Path(bundle) / "configs" / "inference.json"))
overrides = {"bundle_root": bundle, "output_dir": out, "data": films, "save_dicom": True}
parser.update(overrides | {"save_overlay": False, "save_zone_map": False, "progress": False})
parser.get_parsed_content("initialize")
dataset, evaluator = (parser.get_parsed_content(name) for name in ("dataset", "evaluator"))


def run(some: list[dict]) -> None:
    """Screen films."""
    dataset.data = some
    # Ignite keeps the number of batches of the previous run.
    evaluator.state.epoch_length = None
    evaluator.run()


run(films[:2])
started = time.process_time()
run(films[2:])
seconds = (time.process_time() - started) / len(films[2:])
lines = (line.split() for line in Path("/proc/self/smaps_rollup").read_text().splitlines())
own = sum(int(words[1]) for words in lines if words[0].startswith("Private_"))
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, own / 1024]))
