"""Limit libraries to one thread per process."""

import json
import subprocess
import sys

_THREADS = """
import json, numpy, xgboost, SimpleITK, torch
from threadpoolctl import threadpool_info
from chestxr.utils.runtime import limit_threads

def threads():
    pools = {pool["internal_api"]: pool["num_threads"] for pool in threadpool_info()}
    return pools | {"torch": torch.get_num_threads(), "itk": SimpleITK.ProcessObject.GetGlobalDefaultNumberOfThreads()}

torch.set_num_threads(3)
SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(3)
before = threads()
limit_threads()
print(json.dumps([before, threads()]))
"""


def test_libraries_use_one_thread():
    run = subprocess.run([sys.executable, "-c", _THREADS], capture_output=True, text=True, check=True)
    before, after = json.loads(run.stdout)
    assert before["torch"] == before["itk"] == 3 and {"openblas", "openmp"} <= set(before)
    assert set(after.values()) == {1}
