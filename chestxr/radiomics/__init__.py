"""Radiomic features of both lungs, each lung and six zones, by pyradiomics."""

import lazy_loader

from chestxr.utils.lung_regions import REGIONS, ZONES, lung_regions

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ += ["REGIONS", "ZONES", "lung_regions"]
