"""Orthanc's own web viewer shows the film and, next to it, the picture of the report."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import requests
from PIL import Image
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from skimage.transform import resize

from chestxr.io import read_film
from chestxr.io.dicom.header import read_header
from chestxr.io.dicom.secondary_capture import report_capture
from chestxr.utils.provenance import Algorithm
from chestxr.visualize.overlay import picture_of_film
from chestxr.visualize.report_picture import draw_report
from tests.dicomweb.orthanc import Orthanc, needs_orthanc
from tests.visualize.browser import browser, needs_chromium

VIEWER = Path("/usr/share/orthanc/plugins/libOrthancWebViewer.so")
pytestmark = [
    pytest.mark.slow,
    needs_orthanc,
    needs_chromium,
    pytest.mark.skipif(not VIEWER.exists(), reason="needs Orthanc's web viewer: apt-get install orthanc-webviewer"),
]
ALGORITHM = Algorithm("cxr_tuberculosis_screening", "0.1.0 0123456789ab 0123456789ab")


@pytest.fixture
def archive(tmp_path) -> Iterator[Orthanc]:
    started = Orthanc(tmp_path / "archive").start()
    yield started
    started.kill()


def _shown(driver: Chrome) -> np.ndarray:
    """Return what the viewport shows: red, green, blue."""
    canvas = driver.find_element(By.TAG_NAME, "canvas")
    with Image.open(io.BytesIO(canvas.screenshot_as_png)) as picture:
        return np.asarray(picture.convert("RGB")).astype(float)


def _correlation(shown: np.ndarray, film: np.ndarray) -> float:
    """Return the correlation of a film and the middle of the viewport, whose height it fills."""
    grey = shown.mean(axis=2)
    half = round(grey.shape[0] * film.shape[1] / film.shape[0] / 2)
    middle = grey.shape[1] // 2
    grey = grey[:, middle - half : middle + half]
    return float(np.corrcoef(grey.ravel(), resize(film, grey.shape, anti_aliasing=True).ravel())[0, 1])


def _open(driver: Chrome, archive: Orthanc, modality: str, is_shown: Callable[[], bool]) -> None:
    """Open the only series of a modality, and wait until the viewer shows it."""
    query = {"Level": "Series", "Query": {"Modality": modality}}
    (series,) = requests.post(f"{archive.root}/tools/find", json=query, timeout=30).json()
    driver.get(f"{archive.root}/web-viewer/app/viewer.html?series={series}")
    WebDriverWait(driver, 60, ignored_exceptions=[WebDriverException]).until(lambda _: is_shown())


def test_film_and_picture_of_the_report_are_shown(archive, chest_dicom, tmp_path):
    film = np.asarray(read_film(chest_dicom)[0]).squeeze()
    header = read_header(chest_dicom)
    picture = report_capture(header, draw_report(picture_of_film(film), ["A result"]), ALGORITHM)
    picture.save_as(tmp_path / "picture.dcm")
    archive.send(chest_dicom)
    archive.send(tmp_path / "picture.dcm")

    with browser(tmp_path / "profile") as driver:

        def has_the_warning_in_yellow() -> bool:
            return bool((np.abs(_shown(driver) - [240, 228, 66]).max(axis=2) < 20).sum() > 50)

        _open(driver, archive, "CR", lambda: _correlation(_shown(driver), film.T) > 0.95)
        assert not has_the_warning_in_yellow()
        _open(driver, archive, "OT", has_the_warning_in_yellow)
