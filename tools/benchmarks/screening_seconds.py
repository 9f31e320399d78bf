"""
Print what the screening bundle needs for a film, as JSON; for `tools.benchmarks.earlier_commit`.

Processor seconds, as a whole and by stage; the peak memory in MB, and what of the memory other processes cannot share.
It runs on any commit, so it imports nothing of tools, and knows transforms by their earlier names too.

    python -P tools/benchmarks/screening_seconds.py BUNDLE OUT FILM FILM FILM ...
"""

import json
import resource
import sys
import time
from collections import Counter
from pathlib import Path

import SimpleITK as sitk
import torch
from monai.bundle import ConfigParser

STAGES = {
    "LoadImaged": "read",
    "PlainInferer": "lung network",
    "TensorInferer": "lung network",
    "Activationsd": "restore",
    "Invertd": "restore",
    "ArgMaxd": "restore",
    "MostProbabled": "restore",
    "KeepLungComponentsd": "restore",
    "CleanLungsd": "restore",
    "LungQualityd": "restore",
    "ClassifyViewd": "view",
    "LungFeaturesd": "features",
    "Compose": "lesions",
    "ScreenTuberculosisd": "score",
    "SaveResultd": "write",
    "SaveImageByNamed": "write",
    "SaveDicomSegmentationd": "write",
    "SaveDicomReportd": "write",
}
REST = "rest"

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
seconds: Counter[str] = Counter()


def time_calls(part: object, stage: str) -> None:
    """Add the time of each call of an object to its stage."""
    kind = type(part)

    def timed(self, *args: object, **kwargs: object) -> object:
        started = time.process_time()
        try:
            return kind.__call__(self, *args, **kwargs)
        finally:
            seconds[stage] += time.process_time() - started

    part.__class__ = type(kind.__name__, (kind,), {"__call__": timed, "__module__": kind.__module__})


def run(some: list[dict]) -> None:
    """Screen films."""
    dataset.data = some
    # Ignite keeps the number of batches of the previous run.
    evaluator.state.epoch_length = None
    evaluator.run()


chains = [parser.get_parsed_content(name).transforms for name in ("preprocessing", "postprocessing")]
for part in (*chains[0], *chains[1], parser.get_parsed_content("inferer")):
    time_calls(part, STAGES.get(type(part).__name__, REST))
run(films[:2])
seconds.clear()
started = time.process_time()
run(films[2:])
whole = time.process_time() - started
seconds[REST] = whole - sum(seconds[stage] for stage in {*STAGES.values()})
lines = (line.split() for line in Path("/proc/self/smaps_rollup").read_text().splitlines())
own = sum(int(words[1]) for words in lines if words[0].startswith("Private_"))
found = {
    "a film": whole / len(films[2:]),
    "stages": {stage: seconds[stage] / len(films[2:]) for stage in dict.fromkeys([*STAGES.values(), REST])},
    "peak memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "memory of its own": own / 1024,
}
print(json.dumps(found))
