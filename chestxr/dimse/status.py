"""Status codes of C-STORE (DICOM PS3.4, B.2.3; PS3.7, annex C), and the error of an object that is not kept."""

__all__ = [
    "DOES_NOT_MATCH",
    "DUPLICATE",
    "NOT_AUTHORIZED",
    "NOT_UNDERSTOOD",
    "OUT_OF_RESOURCES",
    "PROCESSING_FAILURE",
    "SUCCESS",
    "NotKeptError",
    "is_out_of_resources",
    "is_stored",
]

SUCCESS = 0x0000
PROCESSING_FAILURE = 0x0110
DUPLICATE = 0x0111
NOT_AUTHORIZED = 0x0124
OUT_OF_RESOURCES = 0xA700
DOES_NOT_MATCH = 0xA900
NOT_UNDERSTOOD = 0xC000
# The object is stored, but attributes were changed, left out, or do not match its SOP class.
_WARNINGS = (0xB000, 0xB006, 0xB007)


class NotKeptError(Exception):
    """
    A received object is not kept.

    Parameters
    ----------
    status : int
        Status of the response to the sender.
    reason : str
        The reason in at most 64 characters, without anything of the object's header.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{reason} (status {status:04X})")
        self.status, self.reason = status, reason


def is_stored(status: int) -> bool:
    """Return whether the receiver has the object: stored now, with a warning, or before."""
    return status in (SUCCESS, DUPLICATE, *_WARNINGS)


def is_out_of_resources(status: int) -> bool:
    """Return whether the receiver has no space or no free processes (A700 to A7FF)."""
    return status >> 8 == OUT_OF_RESOURCES >> 8
