"""Logs without DICOM identifiers: MONAI Label logs those of studies and series."""

import logging
import re

__all__ = ["hide_identifiers", "without_identifiers"]

# Five or more numbers joined by dots: longer than a version or an IP address.
_IDENTIFIER = re.compile(r"\b\d+(?:\.\d+){4,}\b")


def hide_identifiers() -> None:
    """Replace each DICOM identifier by "(identifier)" in all log lines of this process."""
    make = logging.getLogRecordFactory()
    if getattr(make, "hides_identifiers", False):
        return

    def make_without(*arguments: object, **more: object) -> logging.LogRecord:
        record = make(*arguments, **more)
        record.msg = without_identifiers(str(record.msg))
        if isinstance(record.args, tuple):
            record.args = tuple(without_identifiers(one) if isinstance(one, str) else one for one in record.args)
        return record

    make_without.hides_identifiers = True
    logging.setLogRecordFactory(make_without)


def without_identifiers(text: str) -> str:
    """Replace each DICOM identifier of a text by "(identifier)"."""
    return _IDENTIFIER.sub("(identifier)", text)
