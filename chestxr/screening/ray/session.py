"""Ray, on this machine for the length of a run, or a cluster that is there."""

import logging
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from chestxr.utils.temporary import temporary_folder

__all__ = ["check_ray", "ray_running"]

# Room for what waits between the stages: a hundred films a core.
_STORE_BYTES_A_CORE = 1 << 27
# Sockets have short paths.
_LONGEST_FOLDER = 20
_ALWAYS = {
    # Without end by default: a film that takes too much memory would be tried for ever.
    "RAY_task_oom_retries": "2",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
_ALONE = {
    # Ray's own word for a machine that is no cluster's: it listens on 127.0.0.1 alone.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_AUTH_MODE": "token",
    # Its workers are 15 steps nicer than others by default: beside any other program they stand still.
    "RAY_worker_niceness": "0",
    # Readers wait for room: ended after a second, as by default, each start imports everything again.
    "RAY_idle_worker_killing_time_threshold_ms": "600000",
    # Its record of tasks, for a dashboard that is not there, gains 9 kB a film; older ones are overwritten.
    "RAY_task_events_max_num_task_in_gcs": "1000",
}


def check_ray() -> None:
    """
    See whether Ray is installed.

    Raises
    ------
    ValueError
        If it is not.
    """
    if find_spec("ray") is None:
        raise ValueError(
            "Ray is not installed; expected the extra ray: pip install -c constraints.txt '.[ray]' in chestxr's clone"
        )


@contextmanager
def ray_running(address: str | None, processes: int) -> Iterator[None]:
    """
    Start Ray on this machine, closed to others, and end it; or join a cluster, or the Ray that this process runs.

    Parameters
    ----------
    address : str or None
        A cluster's address; None for this machine.
    processes : int
        Cores to use on this machine.

    Raises
    ------
    ConnectionError
        If it cannot be started or joined.
    """
    os.environ.update(_ALWAYS)
    # Ray reads these when it is imported; who imported it before has set it up.
    if not address and "ray" not in sys.modules:
        os.environ.update(_ALONE | {"RAY_AUTH_TOKEN": secrets.token_hex(32)})
    import ray

    if ray.is_initialized():
        yield
        return
    quiet = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    with temporary_folder("chestxr-ray-", _folder()) as own:
        local = {"include_dashboard": False, "_node_ip_address": "127.0.0.1", "_temp_dir": str(own)}
        local |= {"num_cpus": processes, "object_store_memory": _STORE_BYTES_A_CORE * processes}
        try:
            with _silence():
                ray.init(address or "local", **({} if address else local), **quiet)
        except Exception as error:
            raise ConnectionError(
                f"{address}: no Ray cluster answers; check its address, that it runs, and that it has the same "
                "versions of Ray and Python"
                if address
                else "Ray cannot be started on this machine; check for room in its memory, /dev/shm and folder for "
                "temporary files"
            ) from error
        try:
            yield
        finally:
            ray.shutdown()


@contextmanager
def _silence() -> Iterator[None]:
    """Keep quiet what Ray's C++ writes to the terminal as it starts."""
    sys.stderr.flush()
    terminal = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)


def _folder() -> Path:
    """Return where Ray's folder is made: its logs name films, so that what a killed run left is removed there."""
    usual = Path(tempfile.gettempdir())
    return usual if len(str(usual)) <= _LONGEST_FOLDER else Path("/tmp")
