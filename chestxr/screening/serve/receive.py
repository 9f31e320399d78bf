"""Write the body of a request to disk."""

from collections.abc import AsyncIterable
from pathlib import Path

__all__ = ["read_body", "write_body"]


async def write_body(chunks: AsyncIterable[bytes], path: Path, size: int) -> None:
    """
    Write the body of a request to a new file, without holding it in memory.

    If anything fails, also if the browser disconnects, no file is left.

    Parameters
    ----------
    chunks : async iterable of bytes
        The body.
    path : pathlib.Path
        The file to create.
    size : int
        The announced size in bytes.

    Raises
    ------
    ValueError
        If the body has another size; reading stops once it is too long.
    OSError
        If the file exists, its folder does not, or the disk is full.
    """
    with path.open("xb") as file:
        try:
            written = 0
            async for chunk in chunks:
                written += len(chunk)
                if written > size:
                    break
                file.write(chunk)
            if written != size:
                raise ValueError(f"expected {size} bytes")
            file.flush()
        except BaseException:
            path.unlink(missing_ok=True)
            raise


async def read_body(chunks: AsyncIterable[bytes], most: int) -> bytes:
    """Return the body of a request; raise ValueError if it has more than `most` bytes."""
    content = bytearray()
    async for chunk in chunks:
        content += chunk
        if len(content) > most:
            raise ValueError(f"expected at most {most} bytes")
    return bytes(content)
