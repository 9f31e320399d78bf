"""Environment of Ray, which is read at import by the first test that imports it; mirp imports it too."""

import os
import secrets

__all__ = ["set_up_ray"]

# The last one restricts Ray to 127.0.0.1.
_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_worker_niceness": "0",
    "RAY_AUTH_MODE": "token",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
}


def set_up_ray() -> None:
    """Set the environment variables of a cluster, and the token for joining it."""
    os.environ.update(_SETTINGS | {"RAY_AUTH_TOKEN": secrets.token_hex(32)})
