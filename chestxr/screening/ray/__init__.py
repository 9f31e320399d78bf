"""Screening of an archive of any size with Ray Data."""

from .run import ArchiveRun

__all__ = ["ArchiveRun"]
