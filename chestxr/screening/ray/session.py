"""Ray session: a local instance for one run, or an existing cluster."""

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

# Space for films between stages, at their own size: about fifteen of 2,000 x 2,000 px per core. Ray spills the rest.
_STORE_BYTES_PER_CORE = 1 << 28
# The length of socket paths is limited.
_LONGEST_FOLDER = 20
_ALWAYS = {
    # Unlimited by default: a film that needs too much memory would be retried endlessly.
    "RAY_task_oom_retries": "2",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
_ALONE = {
    # Ray's setting for a machine without a cluster: it listens on 127.0.0.1 only.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_AUTH_MODE": "token",
    # By default, workers have a niceness of 15, and starve next to any other program.
    "RAY_worker_niceness": "0",
    # Readers idle while they wait for space; killed after a second, as by default, each new one imports everything.
    "RAY_idle_worker_killing_time_threshold_ms": "600000",
    # The task history, for a dashboard that is not started, grows by 9 kB per film; older entries are overwritten.
    "RAY_task_events_max_num_task_in_gcs": "1000",
}


def check_ray() -> None:
    """
    Check that Ray is installed.

    Raises
    ------
    ValueError
        If Ray is not installed.
    """
    if find_spec("ray") is None:
        raise ValueError(
            "Ray is not installed; expected the extra ray: pip install -c constraints.txt '.[ray]' in chestxr's clone"
        )


@contextmanager
def ray_running(address: str | None, processes: int) -> Iterator[None]:
    """
    Context manager for a Ray session: start a private local instance, join a cluster, or reuse the current session.

    Parameters
    ----------
    address : str or None
        Address of the cluster; None for this machine.
    processes : int
        Number of cores on this machine.

    Raises
    ------
    ConnectionError
        If Ray cannot be started, or the cluster cannot be joined.
    """
    os.environ.update(_ALWAYS)
    # Ray reads these when it is imported; a caller that imported it earlier has configured it.
    if not address and "ray" not in sys.modules:
        os.environ.update(_ALONE | {"RAY_AUTH_TOKEN": secrets.token_hex(32)})
    import ray

    if ray.is_initialized():
        yield
        return
    quiet = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    with temporary_folder("chestxr-ray-", _folder()) as own:
        local = {"include_dashboard": False, "_node_ip_address": "127.0.0.1", "_temp_dir": str(own)}
        local |= {"num_cpus": processes, "object_store_memory": _STORE_BYTES_PER_CORE * processes}
        try:
            with _silence():
                ray.init(address or "local", **({} if address else local), **quiet)
        except Exception as error:
            raise ConnectionError(
                f"{address}: no Ray cluster answers; check its address, that it runs, and that it has the same "
                "versions of Ray and Python"
                if address
                else "Ray cannot be started on this machine; check for room in its memory, /dev/shm and folder for "
                "temporary files, and try again if other programs keep it busy: Ray waits 30 seconds for its processes"
            ) from error
        try:
            yield
        finally:
            ray.shutdown()


@contextmanager
def _silence() -> Iterator[None]:
    """Suppress the output of Ray's C++ code on stderr during start-up."""
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
    """Return the parent of Ray's folder; stale ones are removed there, since Ray's logs contain names of films."""
    usual = Path(tempfile.gettempdir())
    return usual if len(str(usual)) <= _LONGEST_FOLDER else Path("/tmp")
