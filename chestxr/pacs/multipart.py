"""The object in an archive's answer."""

from email.message import Message

__all__ = ["only_part"]


def only_part(body: bytes, content_type: str) -> bytes:
    """
    Take the one part out of a multipart/related answer (RFC 2046, 5.1; DICOM PS3.18, 8.6.1.2).

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
        If the answer is of another type, is cut off, or holds no part or several.
    """
    header = Message()
    header["Content-Type"] = content_type
    if header.get_content_type() == "application/dicom":
        return body
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/related" or not boundary:
        raise ValueError("neither multipart/related nor application/dicom")
    _, part, end = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if not end.startswith(b"--"):
        raise ValueError("cut off")
    return part.partition(b"\r\n\r\n")[2]
