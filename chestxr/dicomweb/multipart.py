"""The object in an archive's answer."""

from email.message import Message

__all__ = ["only_part"]

_MARK = slice(128, 132)


def only_part(body: bytes, content_type: str) -> bytes:
    """
    Take the one object out of a multipart/related answer (RFC 2046, 5.1; DICOM PS3.18, 8.6.1.2).

    Parameters
    ----------
    body : bytes
        The answer.
    content_type : str
        What its header says that it is. Some servers send an object as it is, as application/dicom.

    Returns
    -------
    bytes
        The object, as it was sent.

    Raises
    ------
    ValueError
        If the answer is of another type, is cut off, or holds no object in DICOM (PS3.10, 7.1) or several.
    """
    header = Message()
    header["Content-Type"] = content_type
    sent_bare = header.get_content_type() == "application/dicom"
    content = body if sent_bare else _only_part(body, header)
    if content[_MARK] != b"DICM":
        raise ValueError("no object in DICOM")
    return content


def _only_part(body: bytes, header: Message) -> bytes:
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/related" or not boundary:
        raise ValueError("neither multipart/related nor application/dicom")
    _, part, end = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if not end.startswith(b"--"):
        raise ValueError("cut off")
    return part.partition(b"\r\n\r\n")[2]
