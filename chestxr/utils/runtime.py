"""Process-wide settings: threads, memory, messages of libraries. For entry points only."""

import ctypes
import logging
import platform
import warnings

__all__ = [
    "QUOTING_LOGGERS",
    "SILENT",
    "hide_engine_messages",
    "hide_library_messages",
    "keep_freed_memory",
    "limit_threads",
    "set_up_worker",
]

#: Loggers of libraries that quote values of files. The last three log requests, which contain identifiers.
QUOTING_LOGGERS = (
    "pydicom",
    "highdicom",
    "tifffile",
    "PIL",
    "nibabel.global",
    "dicomweb_client",
    "urllib3",
    "pynetdicom",
)
#: Level above all messages.
SILENT = logging.CRITICAL + 1

# Parameters from malloc.h; values are C ints.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_LARGEST, _LARGEST_ON_HEAP = 2**31 - 1, 2**30
# MONAI warns that its GPU reader is missing, even if no config uses it, and of a deprecated argument that MONAI itself
# passes; pyradiomics' validator logs that settings are valid, and pyradiomics that a shape is flat.
_LOGGERS = dict.fromkeys(QUOTING_LOGGERS, SILENT) | {
    "monai.data.nvimgcodec_pydicom_plugin": logging.ERROR,
    "pykwalify": logging.WARNING,
    "radiomics": logging.ERROR,
}
_ENGINES = ("ignite", "monai", "monai.bundle.workflows")


def limit_threads() -> None:
    """
    Limit torch, SimpleITK, BLAS and OpenMP to one thread for the rest of this process.

    With one process per core, more threads only wait for each other; and sums computed in several threads differ in
    the last digit.
    """
    # Imported here, since callers that only locate a bundle do not need them.
    import SimpleITK as sitk
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(1)
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    threadpool_limits(1)


def keep_freed_memory() -> None:
    """
    Keep freed memory in the process for the next film, if the C library is glibc; otherwise do nothing.

    By default glibc returns large blocks to the system when they are freed, and requests them again for the next film,
    page by page. Networks on a CPU free and allocate the same blocks repeatedly. With this setting the process keeps
    its peak memory until it ends. Measurements: tools/benchmarks/memory.json. See mallopt(3) for the two parameters.
    """
    if platform.libc_ver()[0] == "glibc":
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGEST_ON_HEAP)
        library.mallopt(_TRIM_THRESHOLD, _LARGEST)


def hide_library_messages() -> None:
    """
    Hide messages of libraries that quote values of films, and irrelevant ones of MONAI and pyradiomics, for the rest of
    this process.
    """
    for name, level in _LOGGERS.items():
        logging.getLogger(name).setLevel(level)
    warnings.filterwarnings("ignore", message="NvImgCodecPydicomReader|monai.metrics.utils get_mask_edges")


def hide_engine_messages() -> None:
    """
    Hide logs below ERROR and warnings of MONAI, Ignite and torch for the rest of this process.

    Use it in programs that show their own progress and errors.
    """
    hide_library_messages()
    for name in _ENGINES:
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="monai|torch|ignite|pydicom|radiomics")


def set_up_worker() -> None:
    """Set up a worker process: one thread, freed memory kept, no messages of libraries."""
    hide_engine_messages()
    keep_freed_memory()
    limit_threads()
