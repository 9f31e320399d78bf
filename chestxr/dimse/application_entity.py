"""Address of a DICOM application entity: its title, host and port."""

import re
from dataclasses import dataclass

__all__ = ["ApplicationEntity", "check_title"]

# DICOM PS3.5, 6.2: up to 16 characters without backslash and control characters; outer blanks have no meaning.
_TITLE = re.compile(r"(?! )[ -\[\]-~]{1,16}(?<! )")
_HOST_AND_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True)
class ApplicationEntity:
    """
    A program that speaks DICOM's own network.

    Attributes
    ----------
    title : str
        Its AE title.
    host : str
        Name or IP address of its machine.
    port : int
        Its TCP port.
    """

    title: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "ApplicationEntity":
        """
        Return the application entity of an address such as "ORTHANC@127.0.0.1:4242" or "PACS@[::1]:104".

        Raises
        ------
        ValueError
            If the text is no such address.
        """
        title, _, place = text.rpartition("@")
        found = _HOST_AND_PORT.fullmatch(place)
        if not found or not 0 < int(found["port"]) < 2**16:
            raise ValueError(f"{text}: no DICOM address; expected AET@HOST:PORT, such as ORTHANC@127.0.0.1:4242")
        check_title(title)
        return cls(title, found["host"].strip("[]"), int(found["port"]))

    def __str__(self) -> str:
        """Return the address as :py:meth:`parse` reads it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.title}@{host}:{self.port}"


def check_title(title: str) -> None:
    """Raise ValueError if a text cannot be an AE title."""
    if not _TITLE.fullmatch(title):
        raise ValueError(
            f"{title!r}: no AE title; expected 1 to 16 ASCII characters without backslash and outer blanks"
        )
