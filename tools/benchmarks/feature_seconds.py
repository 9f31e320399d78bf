"""
Print the processor seconds per film of FilmFeatures, as JSON; for `tools.benchmarks.earlier_commit`.

It runs on any commit, so it imports nothing of tools.

    python -P tools/benchmarks/feature_seconds.py FILMS.npz '{"regions": ["right lung"]}'
"""

import json
import sys
import time

import numpy as np
import SimpleITK as sitk

from chestxr.radiomics import FilmFeatures

sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
measure = FilmFeatures(**json.loads(sys.argv[2]))
with np.load(sys.argv[1]) as arrays:
    films = list(zip(arrays["films"], arrays["labels"], strict=True))
measure(*films[0])
started = time.process_time()
for film, labels in films:
    measure(film, labels)
print(json.dumps((time.process_time() - started) / len(films)))
