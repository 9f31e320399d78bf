"""ZIP archive of a folder, made while it is sent."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

__all__ = ["zip_stream"]

_CHUNK = 2**20


class _Sink:
    """What ZipFile writes to: a file that cannot seek, whose content is taken piece by piece."""

    def __init__(self) -> None:
        self._content = bytearray()

    def write(self, content: bytes) -> int:
        self._content += content
        return len(content)

    def flush(self) -> None:
        """Do nothing: ZipFile requires the method."""

    def take(self) -> bytes:
        content = bytes(self._content)
        self._content.clear()
        return content


def zip_stream(paths: Iterable[Path], below: Path, folder: str) -> Iterator[bytes]:
    """
    Yield a ZIP archive piece by piece: it takes no space on disk, and little in memory.

    Parameters
    ----------
    paths : iterable of pathlib.Path
        Files to pack.
    below : pathlib.Path
        Folder of the files; their names in the archive are relative to it.
    folder : str
        Name of the archive's folder.
    """
    sink = _Sink()
    with ZipFile(sink, "w") as archive:  # type: ignore[call-overload]  # typeshed requires a file that can seek
        for path in paths:
            entry = ZipInfo.from_file(path, f"{folder}/{path.relative_to(below).as_posix()}")
            entry.compress_type = ZIP_DEFLATED
            with path.open("rb") as source, archive.open(entry, "w") as packed:
                while chunk := source.read(_CHUNK):
                    packed.write(chunk)
                    yield sink.take()
    yield sink.take()
