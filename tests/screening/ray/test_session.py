"""Messages for a Ray session that cannot be started."""

import sys
from types import SimpleNamespace

import pytest

from chestxr.screening.ray.session import ray_running


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("127.0.0.1:9", r"^127\.0\.0\.1:9: no Ray cluster answers; check its address, that it runs, and"),
        (None, r"^Ray cannot be started on this machine; check for room in its memory, /dev/shm and"),
    ],
)
def test_message_names_what_to_check(monkeypatch, address, message):
    def fail(*_, **__):
        raise RuntimeError("no room")

    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(is_initialized=lambda: False, init=fail))
    with pytest.raises(ConnectionError, match=message) as error, ray_running(address, 1):
        pass
    assert "RuntimeError" not in str(error.value)
