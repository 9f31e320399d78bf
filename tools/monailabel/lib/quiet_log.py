"""A log without identifiers: MONAI Label's lines hold those of studies and series."""

import logging
import re

__all__ = ["hide_identifiers"]

# Five numbers or more joined by dots: longer than a version or a machine's address.
_IDENTIFIER = re.compile(r"\b\d+(?:\.\d+){4,}\b")


def hide_identifiers() -> None:
    """Write "(identifier)" for each DICOM identifier in all log lines of this process."""
    make = logging.getLogRecordFactory()
    if getattr(make, "hides_identifiers", False):
        return

    def make_without(*arguments: object, **more: object) -> logging.LogRecord:
        record = make(*arguments, **more)
        record.msg = _hidden(str(record.msg))
        if isinstance(record.args, tuple):
            record.args = tuple(_hidden(value) if isinstance(value, str) else value for value in record.args)
        return record

    make_without.hides_identifiers = True
    logging.setLogRecordFactory(make_without)


def _hidden(text: str) -> str:
    return _IDENTIFIER.sub("(identifier)", text)
