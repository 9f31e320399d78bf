"""Tests for MONAI Label's own environment: bash tools/monailabel/test.sh."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("monailabel") else ["test_*.py"]
