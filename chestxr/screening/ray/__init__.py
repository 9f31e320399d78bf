"""The screening bundle over an archive of any size, by Ray Data."""

from .run import ArchiveRun

__all__ = ["ArchiveRun"]
