"""Extract the DICOM object from a multipart/related response."""

from email.message import Message

__all__ = ["only_part"]

_MARK = slice(128, 132)


def only_part(body: bytes, content_type: str) -> bytes:
    """
    Return the only object in a multipart/related response (RFC 2046, 5.1; DICOM PS3.18, 8.6.1.2).

    Parameters
    ----------
    body : bytes
        The response body.
    content_type : str
        Its Content-Type. Some servers send a single object as application/dicom.

    Returns
    -------
    bytes
        The object as sent.

    Raises
    ------
    ValueError
        If the response has another type, is truncated, or does not contain exactly one DICOM object (PS3.10, 7.1).
    """
    header = Message()
    header["Content-Type"] = content_type
    sent_bare = header.get_content_type() == "application/dicom"
    content = body if sent_bare else _only_part(body, header)
    if content[_MARK] != b"DICM":
        raise ValueError("not a DICOM object")
    return content


def _only_part(body: bytes, header: Message) -> bytes:
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/related" or not boundary:
        raise ValueError("neither multipart/related nor application/dicom")
    _, part, end = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if not end.startswith(b"--"):
        raise ValueError("truncated")
    return part.partition(b"\r\n\r\n")[2]
