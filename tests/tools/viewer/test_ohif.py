"""OHIF, with the configuration of tools/viewer, shows films, segmentations, reports and pictures."""

import io
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
import requests
from PIL import Image
from pydicom.uid import generate_uid
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By

from chestxr.bundle.open import OpenBundle
from chestxr.io import read_mask
from chestxr.io.dicom.header import read_header
from chestxr.io.dicom.secondary_capture import report_capture
from chestxr.io.dicom.segmentation import lung_segmentation
from chestxr.io.dicom.structured_report import FilmFindings, screening_report
from chestxr.utils.provenance import Algorithm
from chestxr.visualize.overlay import overlay_lungs, picture_of_film
from chestxr.visualize.report_picture import draw_report
from tests.dicomweb.orthanc import REPOSITORY, free_port, needs_orthanc
from tests.visualize.browser import browser, needs_chromium

pytestmark = [
    pytest.mark.slow,
    needs_orthanc,
    needs_chromium,
    pytest.mark.skipif(not (shutil.which("npm") and shutil.which("nginx")), reason="needs npm and nginx"),
]
ALGORITHM = Algorithm("cxr_tuberculosis_screening", "0.1.0 0123456789ab 0123456789ab")
FINDINGS = {"probability": 0.42, "low": 0.35, "high": 0.5, "threshold": 0.3, "decision": "suspicious"}


class Viewer:
    """OHIF and its archive, started as a user starts them."""

    def __init__(self, folder: Path) -> None:
        ports = {"VIEWER_PORT": str(free_port()), "HTTP_PORT": str(free_port())}
        self.url = f"http://localhost:{ports['VIEWER_PORT']}"
        self.archive = f"http://localhost:{ports['HTTP_PORT']}"
        self.process = subprocess.Popen(
            ["bash", str(REPOSITORY / "tools" / "viewer" / "viewer.sh"), str(folder)],
            env=os.environ | ports,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        _wait(lambda: requests.get(f"{self.url}/dicom-web/studies", timeout=5).ok, 240)

    def store(self, *files: Path) -> None:
        """Store DICOM files in the archive."""
        for file in files:
            requests.post(f"{self.archive}/instances", data=file.read_bytes(), timeout=30).raise_for_status()


def _wait(condition: Callable[[], object], seconds: float = 60) -> object:
    """Return the condition's first true value; errors of a page or a server that is not ready yet count as false."""
    end = time.monotonic() + seconds
    while True:
        try:
            if found := condition():
                return found
        except (requests.RequestException, WebDriverException):
            pass
        assert time.monotonic() < end, f"{condition} within {seconds} s"
        time.sleep(0.5)


@pytest.fixture(scope="module")
def viewer(tmp_path_factory) -> Iterator[Viewer]:
    started = Viewer(tmp_path_factory.mktemp("viewer"))
    yield started
    os.killpg(started.process.pid, signal.SIGTERM)
    started.process.wait()


@pytest.fixture(scope="module")
def lungs(chest_dicom, tmp_path_factory) -> np.ndarray:
    out = tmp_path_factory.mktemp("lungs")
    bundle = OpenBundle(REPOSITORY / "bundles" / "cxr_lung_segmentation_unet", output_dir=str(out), save_overlay=False)
    assert bundle.run_film({"film": "film", "image": str(chest_dicom)}) is None
    return read_mask([out / "film_lungs.png"])[0]


@pytest.fixture(params=["no spacing, sides of any length", "spacing, sides that are multiples of eight"])
def study(request, viewer, lungs, chest_dicom, tmp_path) -> tuple[str, np.ndarray]:
    """Store a real film and its results; return the study and the label map (rows, columns)."""
    film = pydicom.dcmread(chest_dicom)
    film.StudyInstanceUID, film.SeriesInstanceUID, film.SOPInstanceUID = (generate_uid() for _ in range(3))
    film.file_meta.MediaStorageSOPInstanceUID = film.SOPInstanceUID
    labels = lungs
    if request.param.startswith("spacing"):
        pixels = np.ascontiguousarray(film.pixel_array[:1952, :1840])
        film.Rows, film.Columns = pixels.shape
        film.PixelData, film.PixelSpacing, labels = pixels.tobytes(), [0.2, 0.2], lungs[:1840, :1952]
    film.save_as(tmp_path / "film.dcm")
    header = read_header(tmp_path / "film.dcm")
    segmentation = lung_segmentation(header, labels, ALGORITHM, segmentation_type="LABELMAP")
    counts = {label: int((labels == label).sum()) for label in (1, 2)}
    picture = picture_of_film(film.pixel_array.max() - film.pixel_array.T.astype(float))
    made = {
        "seg": segmentation,
        "sr": screening_report(header, segmentation, FilmFindings(counts, **FINDINGS), ALGORITHM),
        "sc": report_capture(header, draw_report(overlay_lungs(picture, labels), ["A result"]), ALGORITHM),
    }
    for name, dataset in made.items():
        dataset.save_as(tmp_path / f"{name}.dcm")
    viewer.store(tmp_path / "film.dcm", *(tmp_path / f"{name}.dcm" for name in made))
    return film.StudyInstanceUID, labels.T


def _click(driver: Chrome, text: str) -> None:
    _wait(lambda: driver.find_element(By.XPATH, f"//*[self::button or self::span][contains(., '{text}')]").click() or 1)


def _open(driver: Chrome, series: str) -> None:
    row = f"//*[starts-with(@data-cy, 'study-browser-thumbnail')][contains(., '{series}')]"
    _wait(lambda: ActionChains(driver).double_click(driver.find_element(By.XPATH, row)).perform() or 1)


def _shown(driver: Chrome) -> np.ndarray:
    """Return what the viewport shows: red, green, blue."""
    viewport = driver.find_element(By.CSS_SELECTOR, "canvas.cornerstone-canvas")
    with Image.open(io.BytesIO(viewport.screenshot_as_png)) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def _film_shown(driver: Chrome) -> bool:
    shown = _shown(driver)
    middle = shown[shown.shape[0] // 3 : 2 * shown.shape[0] // 3, shown.shape[1] // 3 : 2 * shown.shape[1] // 3]
    return bool(middle.std() > 20 and middle.mean() > 60)


def _on_film(colour: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return the part of the viewport that shows a film of a shape: it fits the film into its middle."""
    height, width = colour.shape
    scale = min(height / shape[0], width / shape[1])
    top, left = (height - shape[0] * scale) / 2, (width - shape[1] * scale) / 2
    rows, columns = (np.arange(shape[0]) + 0.5) * scale + top, (np.arange(shape[1]) + 0.5) * scale + left
    return colour[np.ix_(rows.astype(int).clip(0, height - 1), columns.astype(int).clip(0, width - 1))]


def _overlaps(driver: Chrome, labels: np.ndarray) -> tuple[float, float]:
    """Return intersection over union of each lung and what is shown in its colour: right orange, left blue."""
    red, _, blue = np.moveaxis(_shown(driver), 2, 0)
    found = (_on_film(red - blue > 25, labels.shape), _on_film(blue - red > 25, labels.shape))
    right, left = ((one & (labels == n)).sum() / (one | (labels == n)).sum() for n, one in enumerate(found, start=1))
    return right, left


def test_film_lungs_report_and_picture_are_shown(viewer, study, tmp_path):
    uid, labels = study
    with browser(tmp_path / "profile", webgl=True) as driver:
        driver.set_window_size(1500, 950)
        driver.get(f"{viewer.url}/viewer?StudyInstanceUIDs={uid}")
        _click(driver, "Skip all")
        _click(driver, "Confirm and hide")
        _wait(lambda: _film_shown(driver), 120)

        _open(driver, "SEG")
        _click(driver, "Yes")
        _wait(lambda: min(_overlaps(driver, labels)) > 0.95, 120)

        _open(driver, "SR")
        _wait(lambda: "Tuberculosis score" in driver.find_element(By.TAG_NAME, "body").text)
        report = driver.find_element(By.TAG_NAME, "body").text
        assert "Research use only. Not a medical device." in report and "0.42" in report and "suspicious" in report

        _open(driver, "OT")
        _wait(lambda: (np.abs(_shown(driver) - [240, 228, 66]).max(axis=2) < 12).sum() > 1000)
        assert "went wrong" not in driver.find_element(By.TAG_NAME, "body").text
