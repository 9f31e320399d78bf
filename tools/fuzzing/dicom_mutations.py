"""Mutations of DICOM files."""

import io
import struct
import warnings
from random import Random

import pydicom
from pydicom import uid
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from .deflate_bombs import raw_bomb
from .seeds import PATIENT_ID, PATIENT_NAME

__all__ = ["DICOM_MUTATIONS"]

_NUMBERS = ("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "SamplesPerPixel", "PixelRepresentation")
_ABSURD = (0, 1, 2, 3, 7, 8, 12, 15, 16, 17, 24, 32, 33, 64, 255, 1000, 9999, 32768, 60000, 65535)
_TECHNICAL = (
    *_NUMBERS,
    "Modality",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "NumberOfFrames",
    "RescaleSlope",
    "RescaleIntercept",
    "WindowCenter",
    "WindowWidth",
    "VOILUTFunction",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
    "PixelSpacing",
    "ImagerPixelSpacing",
    "EstimatedRadiographicMagnificationFactor",
    "PatientOrientation",
    "ViewPosition",
    "SpecificCharacterSet",
    "SmallestImagePixelValue",
    "ICCProfile",
    "ModalityLUTSequence",
    "VOILUTSequence",
    "PixelData",
)
_WORDS = (
    *(b"", b" ", b"0", b"-1", b"nan", b"inf", b"-inf", b"1e400", b"1e-400", b"1\\2\\3", b"\\", b"\\\\\\", b"L\\P"),
    *(b"MONOCHROME1", b"MONOCHROME2", b"YBR_FULL_422", b"PALETTE COLOR", b"ISO 2022 IR 87", b"SIGMOID", b"F\\L"),
    *(b"\xff\xfe\xfd\xfc", b"9" * 300, b"A" * 70_000, b"\x00" * 10, b"1" * 20, b"%s%n", b"../../etc/passwd"),
)
_VRS = ("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "OB", "OD", "OF", "OW", "PN", "SH")
_VRS += ("SL", "SQ", "SS", "ST", "SV", "TM", "UC", "UI", "UL", "UN", "UR", "US", "UT", "UV", "??", "\x00\x00")
_SYNTAXES = (
    *(uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian, uid.RLELossless),
    *(uid.DeflatedExplicitVRLittleEndian, uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit, uid.JPEGLosslessSV1),
    *(uid.JPEGLSLossless, uid.JPEG2000Lossless, uid.JPEG2000, "1.2.840.10008.1.2.4.201", "1.2.3"),
    *("1.2.840.10008.1.2.4.100", PATIENT_NAME, ""),
)


def absurd_sizes(content: bytes, rng: Random) -> bytes:
    """Set wrong numbers of rows, columns, bits, samples or frames."""
    dataset = _parsed(content)
    for keyword in rng.sample(_NUMBERS, rng.randint(1, 3)):
        _put(dataset, keyword, _short(dataset, rng.choice(_ABSURD)), "US")
    if rng.random() < 0.3:
        _put(dataset, "NumberOfFrames", rng.choice((b"0 ", b"2 ", b"-5", b"2147483647", b"99999999999999")), "IS")
    return _written(dataset)


def likely_sizes(content: bytes, rng: Random) -> bytes:
    """Set a size near the true one: halved, swapped, slightly smaller or larger."""
    dataset = _parsed(content)
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    sizes = [(rows // 2, columns), (rows, columns // 2), (columns, rows), (rows - 1, columns), (rows, columns - 1)]
    sizes += [(rows + 1, columns), (rows, columns + 2), (rows // 2, columns * 2), (rows * 2, columns // 2)]
    for keyword, number in zip(("Rows", "Columns"), rng.choice(sizes), strict=True):
        _put(dataset, keyword, _short(dataset, number), "US")
    return _written(dataset)


def contradictions(content: bytes, rng: Random) -> bytes:
    """Set pixel attributes that contradict the pixel data."""
    dataset = _parsed(content)
    claims = (
        ("BitsStored", _short(dataset, rng.choice((4, 8, 10, 13, 16, 20)))),
        ("HighBit", _short(dataset, rng.choice((0, 7, 9, 11, 15, 16)))),
        ("PixelRepresentation", _short(dataset, 1)),
        ("BitsAllocated", _short(dataset, rng.choice((1, 8, 16, 32)))),
        ("SamplesPerPixel", _short(dataset, rng.choice((2, 3, 4)))),
        ("PhotometricInterpretation", rng.choice((b"MONOCHROME1 ", b"MONOCHROME2 ", b"RGB ", b"YBR_FULL_422"))),
        ("PlanarConfiguration", _short(dataset, rng.choice((1, 2)))),
    )
    for keyword, value in rng.sample(claims, rng.randint(1, 2)):
        _put(dataset, keyword, value, "CS" if keyword.startswith("Photo") else "US")
    return _written(dataset)


def odd_values(content: bytes, rng: Random) -> bytes:
    """Put invalid values into technical elements."""
    dataset = _parsed(content)
    for keyword in rng.sample(_TECHNICAL[:-1], rng.randint(1, 3)):
        _put(dataset, keyword, rng.choice(_WORDS))
    return _written(dataset)


def secret_elsewhere(content: bytes, rng: Random) -> bytes:
    """Put the patient's name into numeric or coded elements."""
    dataset = _parsed(content)
    for keyword in rng.sample(_TECHNICAL, rng.randint(1, 4)):
        vr = rng.choice((None, None, "LO", "PN", "UI", "UN"))
        _put(dataset, keyword, rng.choice((PATIENT_NAME, PATIENT_ID, "GEHEIM")).encode(), vr)
    return _written(dataset)


def odd_vr(content: bytes, rng: Random) -> bytes:
    """Change the VR of elements, or add elements with unusual ones."""
    dataset = _parsed(content)
    present = [element.tag for element in dataset.values()]
    for _ in range(rng.randint(1, 4)):
        tag = rng.choice(present) if rng.random() < 0.7 else Tag(rng.randrange(0x10000), rng.randrange(0x10000))
        if tag.group > 2:
            value = _raw_value(dataset, tag) if rng.random() < 0.5 else rng.choice((*_WORDS, PATIENT_NAME.encode()))
            _put(dataset, tag, value, rng.choice(_VRS))
    return _written(dataset)


def odd_tables(content: bytes, rng: Random) -> bytes:
    """Add look-up tables (LUTs) with broken descriptors."""
    dataset = _parsed(content)
    for keyword in rng.sample(("ModalityLUTSequence", "VOILUTSequence"), rng.randint(1, 2)):
        item = Dataset()
        numbers = [rng.choice((0, 1, 8, 16, 17, 256, 4096, 65535)) for _ in range(rng.choice((3, 3, 3, 2, 4)))]
        item.add_new("LUTDescriptor", "US", numbers)
        item.add_new("LUTData", "OW", b"" if rng.random() < 0.2 else rng.randbytes(512))
        setattr(dataset, keyword, [item] if rng.random() < 0.9 else [])
    if rng.random() < 0.3:
        dataset.PhotometricInterpretation = "PALETTE COLOR"
        for colour in ("Red", "Green", "Blue"):
            dataset.add_new(f"{colour}PaletteColorLookupTableDescriptor", "US", numbers)
            dataset.add_new(f"{colour}PaletteColorLookupTableData", "OW", rng.randbytes(rng.choice((0, 16, 512))))
    return _written(dataset)


def wrong_lengths(content: bytes, rng: Random) -> bytes:
    """Corrupt the value lengths of elements."""
    places = [element.value_tell for element in _parsed(content).values() if element.is_raw]
    changed = bytearray(content)
    for place in rng.sample(places, min(len(places), rng.randint(1, 3))):
        size = rng.choice((2, 4))
        length = rng.choice((0, 1, 3, 0x7FFF, 0xFFFE, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)) % 256**size
        changed[place - size : place] = length.to_bytes(size, "little")
    return bytes(changed)


def wrong_fragments(content: bytes, rng: Random) -> bytes:
    """Corrupt the lengths of fragments of encapsulated pixel data, or drop and repeat item tags."""
    tag = b"\xfe\xff\x00\xe0"
    place = content.rfind(tag) if rng.random() < 0.7 else content.find(tag)
    if place < 0:
        return wrong_lengths(content, rng)
    length = struct.pack("<I", rng.choice((0, 1, 2, 0x7FFFFFFF, 0xFFFFFFFF, len(content), rng.randrange(len(content)))))
    item = rng.choice(
        (tag + length, tag * 2 + length, b"\xfe\xff\xdd\xe0" + length, b"", tag + bytes(4) + tag + length)
    )
    return content[:place] + item + content[place + 8 :]


def nested_sequences(content: bytes, rng: Random) -> bytes:
    """Nest sequences thousands deep, or add thousands of items to one, of defined or undefined length."""
    depth = rng.choice((50, 400, 3000, 100_000))
    opening, item = b"\x08\x00\x40\x11SQ\0\0", b"\xfe\xff\x00\xe0"
    endless = b"\xff\xff\xff\xff"
    if rng.random() < 0.3:
        items = (item + bytes(4)) * depth
        inner = opening + rng.choice(
            (endless + items + b"\xfe\xff\xdd\xe0" + bytes(4), struct.pack("<I", len(items)) + items)
        )
    else:
        inner = (opening + endless + item + endless) * depth
        if rng.random() < 0.7:
            inner += (b"\xfe\xff\x0d\xe0" + bytes(4) + b"\xfe\xff\xdd\xe0" + bytes(4)) * depth
    return _insert_at_start(content, inner)


def many_elements(content: bytes, rng: Random) -> bytes:
    """Add a very large number of small elements."""
    count = rng.choice((1000, 20_000))
    elements = b"".join(struct.pack("<HH2sH", 0x0009, number % 0x10000, b"LO", 0) for number in range(count))
    return _insert_at_start(content, elements)


def other_syntax(content: bytes, rng: Random) -> bytes:
    """Declare a transfer syntax other than the one in which the file is encoded."""
    dataset = _parsed(content)
    old = str(dataset.file_meta.get("TransferSyntaxUID", "")).encode()
    new = str(rng.choice(_SYNTAXES)).encode()
    at = content.find(old) if old else -1
    if at < 0:
        return content
    room = len(old) + len(old) % 2
    padded = new + bytes(len(new) % 2)
    length = struct.pack("<H", len(padded))
    return content[: at - 2] + length + padded + content[at + room :]


def deflated_bomb(content: bytes, rng: Random) -> bytes:
    """Deflate a data set that is mostly zeros (decompression bomb)."""
    dataset = _parsed(content)
    dataset.PixelData = b""
    dataset["PixelData"].VR = "OW"
    dataset["PixelData"].is_undefined_length = False
    if rng.random() < 0.5:
        dataset.Rows = dataset.Columns = rng.choice((5000, 9999))
    dataset.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    plain = _written(dataset)
    dataset.file_meta.TransferSyntaxUID = uid.DeflatedExplicitVRLittleEndian
    start = _data_set_start(plain)
    mebibytes = rng.choice((16, 200, 1000, 3500))
    body = plain[start:-4] + struct.pack("<I", min(mebibytes * 2**20, 0xFFFFFFFE))
    head = _written(dataset)
    return head[: _data_set_start(head)] + raw_bomb(mebibytes, body)


def rle_bomb(content: bytes, rng: Random) -> bytes:
    """Declare a huge film with RLE data to match."""
    dataset = _parsed(content)
    side = rng.choice((3000, 9999, 30000))
    dataset.Rows = dataset.Columns = side
    dataset.file_meta.TransferSyntaxUID = uid.RLELossless
    run = b"\x81\x00" * min(side * side // 128 + 1, 1_000_000)
    frame = struct.pack("<16I", 2, 64, 64 + len(run), *[0] * 13) + run * 2
    dataset.PixelData = pydicom.encaps.encapsulate([frame])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.BitsAllocated = 16
    return _written(dataset)


def rle_headers(content: bytes, rng: Random) -> bytes:
    """Corrupt segment counts and offsets of an RLE frame."""
    place = content.rfind(b"\xfe\xff\x00\xe0")
    if place < 0:
        return other_syntax(content, rng)
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        at = place + 8 + 4 * rng.randrange(5)
        changed[at : at + 4] = struct.pack("<I", rng.choice((0, 1, 3, 15, 16, 63, 64, 65, 10_000, 2**31, 2**32 - 1)))
    return bytes(changed)


def codestream_sizes(content: bytes, rng: Random) -> bytes:
    """Change the size in the header of a JPEG, JPEG-LS or JPEG 2000 stream, and often in Rows and Columns."""
    width, height = (rng.choice((1, 64, 100, 200, 300, 9999, 60000, 65535)) for _ in range(2))
    changed = bytearray(content)
    siz = content.find(b"\xff\x4f\xff\x51")
    if siz >= 0:
        field = rng.choice((8, 8, 8, 16, 24, 32))
        wide = (0, 1, 2**31, 2**32 - 1)
        numbers = (width, height) if rng.random() < 0.7 else (rng.choice(wide), rng.choice(wide))
        changed[siz + field : siz + field + 8] = struct.pack(">II", *numbers)
    for marker in (b"\xff\xc0\x00", b"\xff\xc1\x00", b"\xff\xc3\x00", b"\xff\xf7\x00"):
        frame = content.find(marker, 1024)
        if siz < 0 <= frame:
            changed[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    if rng.random() < 0.5:
        return bytes(changed)
    dataset = _parsed(bytes(changed))
    dataset.Rows, dataset.Columns = height, width
    return _written(dataset)


def j2k_markers(content: bytes, rng: Random) -> bytes:
    """Write noise over the main header of a JPEG 2000, JPEG-LS or JPEG stream."""
    start = max(content.find(b"\xff\x4f\xff\x51"), content.find(b"\xff\xd8\xff"))
    if start < 0:
        return contradictions(content, rng)
    changed = bytearray(content)
    for _ in range(rng.randint(1, 6)):
        changed[start + 4 + rng.randrange(110)] = rng.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF, rng.randrange(256)))
    return bytes(changed)


def _parsed(content: bytes) -> Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pydicom.dcmread(io.BytesIO(content), force=True)


def _written(dataset: Dataset) -> bytes:
    """Write the data set without changing inserted values."""
    target = io.BytesIO()
    little, implicit = dataset.original_encoding[1], dataset.original_encoding[0]
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.preamble = dataset.preamble if syntax else None
        encoding = {} if syntax else {"implicit_vr": implicit, "little_endian": little}
        pydicom.dcmwrite(target, dataset, enforce_file_format=False, **encoding)
    return target.getvalue()


def _put(dataset: Dataset, keyword: str | BaseTag, value: bytes, vr: str | None = None) -> None:
    """Set a value as raw bytes, without validation."""
    tag = Tag(keyword)
    implicit, little = dataset.original_encoding
    if vr is None:
        vr = str(pydicom.datadict.dictionary_VR(tag))[:2]
    if vr == "SQ" and not little:  # pydicom would parse an invalid sequence before writing it
        vr = "UN"
    padded = value + b" " * (len(value) % 2)
    dataset._dict[tag] = RawDataElement(tag, vr, len(padded), padded, 0, implicit, little)


def _raw_value(dataset: Dataset, tag: BaseTag) -> bytes:
    element = dataset._dict.get(tag)
    value = element.value if element is not None else b""
    return value if isinstance(value, bytes) else b"1234"


def _short(dataset: Dataset, number: int) -> bytes:
    return struct.pack("<H" if dataset.original_encoding[1] else ">H", number)


def _data_set_start(content: bytes) -> int:
    """Return the offset of the data set, after the file meta information."""
    if content[128:132] != b"DICM":
        return 0
    return 144 + struct.unpack("<I", content[140:144])[0]


def _insert_at_start(content: bytes, elements: bytes) -> bytes:
    start = _data_set_start(content)
    return content[:start] + elements + content[start:]


DICOM_MUTATIONS = (
    absurd_sizes,
    likely_sizes,
    contradictions,
    odd_values,
    secret_elsewhere,
    odd_vr,
    odd_tables,
    wrong_lengths,
    wrong_fragments,
    nested_sequences,
    many_elements,
    other_syntax,
    deflated_bomb,
    rle_bomb,
    rle_headers,
    codestream_sizes,
    j2k_markers,
)
