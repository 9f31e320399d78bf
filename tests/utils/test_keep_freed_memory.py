"""Bundles keep freed memory for the next film."""

import platform
import subprocess
import sys

import pytest

from chestxr.bundle import SCREENING_BUNDLE
from tests.bundle.bundle_runs import BUNDLES, RESUNET, UNET

# Prints how many MB of a freed block of 64 MB the process still holds.
_FREED = """
import numpy
from chestxr.utils.runtime import keep_freed_memory

def held():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20

{call}
before = held()
block = numpy.ones(2**23)
del block
print(held() - before)
"""


def _held(call: str) -> float:
    run = subprocess.run([sys.executable, "-c", _FREED.format(call=call)], capture_output=True, text=True, check=True)
    return float(run.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_freed_memory_is_kept():
    assert _held("") < 8
    assert _held("keep_freed_memory()") > 56


@pytest.mark.parametrize(
    ("bundle", "name"),
    [(UNET, "inference"), (RESUNET, "inference"), (UNET, "train"), (RESUNET, "train"), (SCREENING_BUNDLE, "inference")],
)
def test_bundles_keep_freed_memory_in_initialize(bundle, name):
    assert (
        '"$keep_freed_memory()"' in (BUNDLES / bundle / "configs" / f"{name}.json").read_text().split('"initialize"')[1]
    )
