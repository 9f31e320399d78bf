"""Temporary folders, and the removal of those of killed processes."""

import subprocess
import sys

from chestxr.utils.temporary import temporary_folder

_STAY = """
import sys
from pathlib import Path
from chestxr.utils.temporary import temporary_folder
with temporary_folder("film-", Path(sys.argv[1])) as folder:
    (folder / "film.dcm").touch()
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_only_folders_of_killed_processes_are_removed(tmp_path):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    killed, living = (subprocess.Popen([sys.executable, "-c", _STAY, str(tmp_path)], **pipes) for _ in range(2))
    for process in (killed, living):
        assert process.stdout.readline()
    assert len(list(tmp_path.glob("*/film.dcm"))) == 2
    killed.kill()
    killed.wait()
    with temporary_folder("film-", tmp_path) as own:
        assert own.is_dir() and len(list(tmp_path.glob("*/film.dcm"))) == 1
    living.communicate()
    assert not list(tmp_path.iterdir())
