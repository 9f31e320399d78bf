"""Codes that several DICOM objects use."""

from pydicom.sr.coding import Code

__all__ = ["NO_UNITS", "PRIVATE_SCHEME"]

PRIVATE_SCHEME = "99CHESTXR"
NO_UNITS = Code("1", "UCUM", "no units")
