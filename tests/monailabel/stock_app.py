"""MONAI Label's stock app "monaibundle" with the lung bundles, set up as documented."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from chestxr.bundle import bundle_folder
from tests.dicomweb.orthanc import free_port
from tests.monailabel.label_server import LabelServer

_PROGRAM = str(Path(sys.executable).with_name("monailabel"))


class StockServer(LabelServer):
    """
    The stock app on a folder of films.

    Parameters
    ----------
    films : Path
        The folder.
    folder : Path
        Folder for the app and its log.
    bundles : sequence of str
        The bundles to copy into the app.
    """

    def __init__(self, films: Path, folder: Path, bundles: tuple[str, ...]) -> None:
        environment = {"MONAILABEL_PYEXE": sys.executable}
        download = [_PROGRAM, "apps", "--download", "--name", "monaibundle", "--output", str(folder)]
        subprocess.run(download, check=True, capture_output=True, env=os.environ | environment)
        app = folder / "monaibundle"
        for name in bundles:
            copied = app / "model" / name
            shutil.copytree(bundle_folder(name), copied, ignore=shutil.ignore_patterns("output", "eval"))
        self.models = app / "model"
        port = free_port()
        command = [_PROGRAM, "start_server", "--app", str(app), "--studies", str(films)]
        for key, value in {"models": ",".join(bundles), "zoo_source": "local", "sam2": "false"}.items():
            command += ["--conf", key, value]
        command += ["--host", "127.0.0.1", "--port", str(port)]
        endings = '["*.png","*.dcm","*.nii.gz"]'
        self._start(command, port, folder, environment | {"MONAI_LABEL_DATASTORE_FILE_EXT": endings})

    def settings(self, section: str, model: str) -> dict:
        """Return the settings that 3D Slicer sends with a request: the first choice of each."""
        offered = self.get("/info/")[section][model]["config"]
        return {name: value[0] if isinstance(value, list) else value for name, value in offered.items()}
