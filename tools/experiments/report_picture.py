"""
Draw docs/report.png of the screening bundle: the HTML report in headless Chromium, its table and one film.

    python -m tools.experiments.report_picture ../shared/data/cxr

The films are the demo film and test films of the split "default" at fixed positions in the list.
"""

import argparse
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from pydicom.data import get_testdata_file
from selenium.webdriver.common.by import By

from chestxr.data import load_split
from chestxr.utils.atomic import atomic_write
from tests.visualize.browser import browser
from tools.experiments.bundle_runs import WORK
from tools.experiments.screening_films import BUNDLE

_PLACES = (5, 60, 100, 130, 150)


def main() -> None:
    """Screen films, open the report and take screenshots."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset_dir", type=Path, help="folder of the combined collection")
    arguments = parser.parse_args()
    folder = WORK / "screening" / "report"
    shutil.rmtree(folder, ignore_errors=True)
    films = sorted(item["image"] for item in load_split("default", arguments.dataset_dir.absolute())["test"])
    chosen = [get_testdata_file("RG1_UNCR.dcm", download=False), *(films[place] for place in _PLACES)]
    command = [sys.executable, "-c", "from chestxr.cli import app; app()", "screen", *map(str, chosen)]
    subprocess.run([*command, "--out", str(folder)], check=True)
    with browser(folder / "profile") as driver:
        driver.set_window_size(1200, 860)
        driver.get((folder / "report.html").as_uri())
        pictures = [driver.get_screenshot_as_png()]
        driver.find_element(By.CSS_SELECTOR, "tbody tr").click()
        pictures.append(driver.get_screenshot_as_png())
    with atomic_write(BUNDLE / "docs" / "report.png") as partial:
        _beside(pictures).save(partial, optimize=True)


def _beside(pictures: list[bytes]) -> Image.Image:
    images = [Image.open(BytesIO(picture)).convert("RGB") for picture in pictures]
    sheet = Image.new("RGB", (sum(image.width for image in images) + 12, max(image.height for image in images)), "grey")
    left = 0
    for image in images:
        sheet.paste(image, (left, 0))
        left += image.width + 12
    sheet.thumbnail((1800, 1800))
    return sheet.quantize(128)


if __name__ == "__main__":
    main()
