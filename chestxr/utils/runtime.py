"""Settings of the whole process: threads, memory, messages of libraries. Entry points call these, parts do not."""

import ctypes
import logging
import platform
import warnings

__all__ = ["hide_engine_messages", "hide_library_messages", "keep_freed_memory", "limit_threads", "set_up_worker"]

# Numbers of malloc.h; values are of C's int.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_LARGEST, _LARGEST_ON_HEAP = 2**31 - 1, 2**30
# MONAI warns that its reader for GPUs is missing, also where no configuration asks for it; pyradiomics' validator logs
# that a file of settings is valid, and pyradiomics that a shape is flat.
_LOGGERS = {
    "monai.data.nvimgcodec_pydicom_plugin": logging.ERROR,
    "pykwalify": logging.WARNING,
    "radiomics": logging.ERROR,
}
_ENGINES = ("ignite", "monai", "monai.bundle.workflows")


def limit_threads() -> None:
    """
    Keep torch, SimpleITK, BLAS and OpenMP to one thread in this process, until it ends.

    Processes that work side by side, a core each, only wait for each other's threads; and sums that are split in
    threads differ in the last digit from those that are not.
    """
    # Here, since whoever only looks for a bundle does without them.
    import SimpleITK as sitk
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(1)
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    threadpool_limits(1)


def keep_freed_memory() -> None:
    """
    Keep what is freed for the next film, where the C library is glibc; elsewhere nothing is done.

    By default glibc gives large blocks back to the system as soon as they are freed, and gets them again for the next
    film, page by page. Networks on a CPU free and ask for the same blocks again and again. The process then holds,
    until it ends, the most memory that it ever needed. What this brings: tools/benchmarks/memory.json. The two
    parameters are described in mallopt(3).
    """
    if platform.libc_ver()[0] == "glibc":
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGEST_ON_HEAP)
        library.mallopt(_TRIM_THRESHOLD, _LARGEST)


def hide_library_messages() -> None:
    """Hide messages of MONAI and pyradiomics about parts that are not in use, for the rest of this process."""
    for name, level in _LOGGERS.items():
        logging.getLogger(name).setLevel(level)
    warnings.filterwarnings("ignore", message="NvImgCodecPydicomReader")


def hide_engine_messages() -> None:
    """
    Hide logs and warnings of MONAI, Ignite and torch below errors, for the rest of this process.

    For programs that show their own progress and errors.
    """
    hide_library_messages()
    for name in _ENGINES:
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="monai|torch|ignite|pydicom|radiomics")


def set_up_worker() -> None:
    """Set up one of several processes that work on films: one thread, freed memory kept, no messages of libraries."""
    hide_engine_messages()
    keep_freed_memory()
    limit_threads()
