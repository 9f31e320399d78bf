"""
Time decoders of the encodings that archives keep films in.

    pip install --no-deps pylibjpeg-openjpeg==2.6.0      # optional
    python -m tools.benchmarks.decoders ../shared/data/cxr

Real films of the training set, upsampled to 2,000 px, with the noise of a detector, encoded without loss. All decoders
run in one thread, film by film in turn, and return the same values, except the one that decodes a lower resolution.
The result is tools/benchmarks/decoders.json.
"""

import argparse
import io
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import imagecodecs
import numpy as np
from PIL import Image

from chestxr.io.dicom.lower_resolution import decode_lower_resolution
from tools.benchmarks.dicom_films import BITS, detector_values
from tools.benchmarks.interleaved import ms_per_film, spread
from tools.benchmarks.lower_resolution import NOISE, SIDE
from tools.benchmarks.machine import write_result
from tools.benchmarks.masked_films import training_films

_Decode = Callable[[bytes], np.ndarray]
_USED = "chestxr: "
_LOWER = f"{_USED}`--least-decoded-side {SIDE // 2}`"


def main() -> None:
    """Encode the films, time the decoders and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    parser.add_argument("--films", type=int, default=12, help="number of films")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"), help="result to write")
    arguments = parser.parse_args()
    random = np.random.default_rng(0)
    films = [
        detector_values(item["image"], SIDE, NOISE, random)
        for item in training_films(arguments.dataset_dir, arguments.films)
    ]
    encodings = {}
    for encoding, encode in _ENCODERS.items():
        streams = [encode(film) for film in films]
        decoders = _decoders(encoding)
        for name, decode in decoders.items():
            if not np.array_equal(decode(streams[0]), films[0]):
                raise SystemExit(f"{encoding}, {name}: other values than those encoded")
        if encoding == "JPEG 2000":
            decoders[_LOWER] = lambda stream: decode_lower_resolution(stream, SIDE // 2)
        runs = {
            name: lambda some, decode=decode: [decode(stream) for stream in some] for name, decode in decoders.items()
        }
        encodings[encoding] = {
            "MB": round(float(np.mean([len(stream) for stream in streams])) / 1e6, 2),
            "ms_per_film": {name: spread(taken, 1) for name, taken in ms_per_film(runs, streams, 1).items()},
        }
    result = {
        "films": len(films),
        "noise": NOISE,
        "encodings": encodings,
    }
    write_result(arguments.out, "decoders DATASET_DIR", result)


def _jpeg_2000(film: np.ndarray) -> bytes:
    return imagecodecs.jpeg2k_encode(film, codecformat="j2k", reversible=True, bitspersample=BITS)


def _openjpeg(stream: bytes) -> np.ndarray:
    return imagecodecs.jpeg2k_decode(stream, numthreads=1)


def _pillow(stream: bytes) -> np.ndarray:
    # Pillow shifts values up to 16 bits.
    return np.asarray(Image.open(io.BytesIO(stream))) >> 16 - BITS


_ENCODERS: dict[str, Callable[[np.ndarray], bytes]] = {
    "JPEG 2000": _jpeg_2000,
    "HTJ2K": lambda film: imagecodecs.htj2k_encode(film, reversible=True),
    "JPEG-LS": imagecodecs.jpegls_encode,
    "JPEG lossless": lambda film: imagecodecs.ljpeg_encode(film, bitspersample=BITS),
}


def _decoders(encoding: str) -> dict[str, _Decode]:
    """Return the decoders of an encoding; the one that chestxr uses comes first."""
    if encoding == "JPEG 2000":
        found: dict[str, _Decode] = {f"{_USED}OpenJPEG of imagecodecs": _openjpeg, "OpenJPEG of Pillow": _pillow}
        if find_spec("openjpeg"):
            from openjpeg.utils import decode

            found["OpenJPEG of pylibjpeg"] = decode
        return found
    if encoding == "HTJ2K":
        return {f"{_USED}OpenJPEG of imagecodecs": _openjpeg, "OpenJPH of imagecodecs": imagecodecs.htj2k_decode}
    if encoding == "JPEG-LS":
        return {f"{_USED}CharLS of imagecodecs": imagecodecs.jpegls_decode}
    return {f"{_USED}libjpeg-turbo of imagecodecs": imagecodecs.jpeg_decode}


if __name__ == "__main__":
    sys.exit(main())
