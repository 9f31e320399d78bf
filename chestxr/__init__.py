"""Chest radiographs in MONAI: lung outlines, radiomics and tuberculosis screening. Research use only."""

__version__ = "0.1.0"
