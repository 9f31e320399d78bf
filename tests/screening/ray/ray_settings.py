"""What Ray reads when it is imported, by whichever test comes first: mirp imports it too."""

import os
import secrets

__all__ = ["set_up_ray"]

# The last one but the token keeps it to 127.0.0.1.
_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_worker_niceness": "0",
    "RAY_AUTH_MODE": "token",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
}


def set_up_ray() -> None:
    """Put a cluster's settings, and the token that who joins it shows, into the environment."""
    os.environ.update(_SETTINGS | {"RAY_AUTH_TOKEN": secrets.token_hex(32)})
