"""``chestxr serve`` as a user sees it: films are dropped in a real browser, and their report is read and saved."""

import shutil
import signal
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pydicom
import pytest
import requests
from PIL import Image
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from typer.testing import CliRunner

from chestxr.cli import app
from tests.phantom import chest_film
from tests.screening.ray.archives import changed_bundle, wait_for
from tests.visualize.browser import browser, needs_chromium

from .served import drop, left_folders, serving, wait_for_report

pytestmark = pytest.mark.slow

MARKUP = "<img src=x onerror=document.title='owned'>.dcm"
CRASH = b"a film that ends its process"


@pytest.fixture(scope="module")
def films(chest_dicom, tmp_path_factory) -> Path:
    """A real film, a broken one with markup in its name, and a folder with a film that ends its process."""
    folder = tmp_path_factory.mktemp("films")
    shutil.copy(chest_dicom, folder / "DOE-JANE.dcm")
    (folder / MARKUP).write_text("no film")
    (folder / "month" / "day").mkdir(parents=True)
    film, _ = chest_film((256, 256), 0)
    Image.fromarray(film.T.astype("uint8")).save(folder / "month" / "day" / "phantom.png")
    (folder / "month" / "crash.png").write_bytes(CRASH)
    (folder / "month" / "notes.txt").write_text("notes")
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("serve")


@pytest.fixture(scope="module")
def address(place, tmp_path_factory):
    act = f"__import__('os').path.getsize(item['image']) == {len(CRASH)} and __import__('os')._exit(3)"
    bundle = changed_bundle(tmp_path_factory.mktemp("bundle"), act)
    with serving(place, "--bundle", bundle, "--trust-bundle", end=signal.SIGINT) as printed:
        yield printed
    assert left_folders(place) == []
    printed = (place / "printed").read_text()
    assert "ended" in printed and not [words for words in ("DOE", "phantom", "Traceback") if words in printed], printed


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="module")
def reported(driver, address, films) -> Chrome:
    """The browser after two films were dropped, and their report has appeared."""
    driver.get(address)
    drop(driver, films / "DOE-JANE.dcm", films / MARKUP)
    wait_for_report(driver)
    return driver


@pytest.fixture(scope="module")
def foldered(reported, address, films) -> Chrome:
    """The browser after a folder was dropped as well."""
    reported.get(address)
    drop(reported, films / "month")
    wait_for_report(reported)
    return reported


@needs_chromium
def test_dropped_films_have_their_report(reported, address):
    reported.get(f"{address}batches/1/results/report.html")
    page = reported.find_element(By.TAG_NAME, "body").text
    assert "Research use only" in page and "DOE-JANE.dcm (film-0001)" in page
    assert f"{MARKUP} (film-0002)" in page and "found no image that chestxr reads" in page
    rows = reported.find_elements(By.CSS_SELECTOR, "tbody tr")
    assert {row.get_attribute("data-kind") for row in rows} == {"suspicious", "failed"}
    for film, shown in (("film-0001", "DOE-JANE.dcm (film-0001)"), ("film-0002", f"{MARKUP} (film-0002)")):
        reported.find_element(By.CSS_SELECTOR, f"tr[data-film='{film}']").click()
        assert reported.find_element(By.ID, "name").text == shown
        assert "DOE" not in reported.current_url
        reported.find_element(By.ID, "close").click()
    assert reported.title.startswith("Chest films screened")
    assert reported.get_log("browser") == []


@needs_chromium
def test_results_are_saved_as_zip_and_as_dicom(reported, address, films):
    reported.get(f"{address}batches/1/results/report.html")
    links = {link.text: link.get_attribute("href") for link in reported.find_elements(By.CSS_SELECTOR, "nav a")}
    assert links["Screen more films"] == address
    saved = ZipFile(BytesIO(requests.get(links["Save all (ZIP)"], timeout=60).content))
    names = {name.removeprefix("chestxr-batch-1/") for name in saved.namelist()}
    assert {"report.html", "screening.csv", "run.json", "film-0001_lungs.png", "film-0001_seg.dcm"} <= names
    assert not [name for name in names if "DOE" in name or "onerror" in name]
    table = pd.read_csv(saved.open("chestxr-batch-1/screening.csv"))
    assert list(table["film"]) == ["film-0001", "film-0002"] and table["image"][0] == "DOE-JANE.dcm"
    assert "<nav" not in saved.read("chestxr-batch-1/report.html").decode()
    dicom = ZipFile(BytesIO(requests.get(links["Save DICOM (SEG, SR)"], timeout=60).content))
    objects = [pydicom.dcmread(BytesIO(dicom.read(name))) for name in dicom.namelist()]
    assert sorted(found.Modality for found in objects) == ["SEG", "SR"]
    film = pydicom.dcmread(films / "DOE-JANE.dcm", stop_before_pixels=True)
    assert {found.StudyInstanceUID for found in objects} == {film.StudyInstanceUID}


@needs_chromium
def test_a_folder_has_a_batch_of_its_own_and_a_crash_costs_one_film(foldered, address):
    foldered.get(f"{address}batches/2/results/report.html")
    page = foldered.find_element(By.TAG_NAME, "tbody").text
    assert "month/day/phantom.png" in page and "month/crash.png" in page and "notes.txt" not in page
    kinds = [row.get_attribute("data-kind") for row in foldered.find_elements(By.CSS_SELECTOR, "tbody tr")]
    assert sorted(kind == "failed" for kind in kinds) == [False, True] and "the process that screened it ended" in page
    assert "Save DICOM" not in foldered.find_element(By.TAG_NAME, "nav").text, "pictures have no DICOM results"


@needs_chromium
def test_back_leads_to_the_list_of_batches(foldered, address):
    foldered.get(address)
    reports = foldered.find_elements(By.CSS_SELECTOR, "#batches li a.button")
    next(link for link in reports if "batches/1/results/report.html" in link.get_attribute("href")).click()
    foldered.find_element(By.LINK_TEXT, "Screen more films").click()
    assert foldered.current_url == address
    assert [line.get_attribute("data-number") for line in foldered.find_elements(By.CSS_SELECTOR, "#batches li")] == [
        "2",
        "1",
    ]
    assert "1 suspicious, 1 failed" in foldered.find_element(By.CSS_SELECTOR, "li[data-number='1']").text
    foldered.back()
    assert foldered.current_url.endswith("batches/1/results/report.html")
    foldered.back()
    assert foldered.current_url == address
    assert foldered.get_log("browser") == []


@needs_chromium
@pytest.mark.parametrize("width", [390, 1300])
def test_pages_fit_the_screen(foldered, address, width):
    foldered.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    try:
        for path in ("", "batches/1/results/report.html"):
            foldered.get(address + path)
            assert foldered.execute_script("return document.documentElement.scrollWidth") <= width
            assert "Research use only" in foldered.find_element(By.TAG_NAME, "body").text
    finally:
        foldered.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@needs_chromium
def test_a_file_is_chosen_and_its_batch_is_deleted_while_it_is_screened(foldered, address, films):
    foldered.get(address)
    foldered.find_element(By.ID, "files").send_keys(str(films / "DOE-JANE.dcm"))
    wait_for(lambda: foldered.current_url == f"{address}batches/3/", 60)
    wait_for(lambda: "models are loaded" in foldered.find_element(By.ID, "status").text, 60)
    assert foldered.find_element(By.ID, "bar").is_displayed() and foldered.find_element(By.ID, "stop").is_displayed()
    assert "Research use only" in foldered.find_element(By.TAG_NAME, "body").text
    foldered.find_element(By.LINK_TEXT, "All batches").click()
    foldered.find_element(By.CSS_SELECTOR, "li[data-number='3'] .delete").click()
    foldered.switch_to.alert.accept()
    wait_for(lambda: not foldered.find_elements(By.CSS_SELECTOR, "li[data-number='3']"), 60)


@needs_chromium
def test_a_drop_without_files_and_a_server_that_ended_are_explained(foldered, address, tmp_path):
    foldered.get(address)
    script = "document.dispatchEvent(new DragEvent('drop', {dataTransfer: new DataTransfer()}))"
    foldered.execute_script(script)
    error = foldered.find_element(By.ID, "error")
    wait_for(lambda: "No files were found" in error.text, 10)
    foldered.execute_script("window.fetch = () => Promise.reject(new TypeError('no connection'))")
    film = "const film = new DataTransfer(); film.items.add(new File(['x'], 'film.png'));"
    foldered.execute_script(f"{film} document.dispatchEvent(new DragEvent('drop', {{dataTransfer: film}}))")
    wait_for(lambda: "does not answer" in error.text, 10)
    assert foldered.find_element(By.ID, "drop").is_displayed()


def test_nothing_is_left_after_a_kill_nor_after_the_end(chest_dicom, tmp_path):
    """SIGKILL leaves the folder, and the next start removes it; SIGTERM, while a film is screened, leaves nothing."""
    with serving(tmp_path, end=signal.SIGKILL) as address:
        assert requests.get(address, timeout=30).status_code == 200
    [left] = left_folders(tmp_path)
    with serving(tmp_path) as address:
        [folder] = left_folders(tmp_path)
        assert folder != left and folder.stat().st_mode & 0o77 == 0
        _send(address, chest_dicom)
        wait_for(lambda: requests.get(f"{address}batches/1/progress", timeout=30).json()["state"] == "screening", 60)
    assert left_folders(tmp_path) == []
    printed = (tmp_path / "printed").read_text()
    assert chest_dicom.name not in printed and "Traceback" not in printed and "ended" in printed


def test_kept_films_outlive_the_server(chest_dicom, tmp_path):
    with serving(tmp_path, "--keep", tmp_path / "kept") as address:
        _send(address, chest_dicom)
    [film] = (tmp_path / "kept").glob("batch-1-*/films/film-0001")
    assert film.read_bytes() == chest_dicom.read_bytes() and left_folders(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--host", "256.1.1.1"], "choose another --host or --port"),
        (["--bundle", "nowhere"], "give a bundle's folder"),
        (["--uid-root", "patient"], "patient"),
        (["--keep", __file__], "test_page.py"),
    ],
)
def test_what_cannot_be_started_ends_with_one_line(arguments, message):
    result = CliRunner().invoke(app, ["serve", "--no-browser", *arguments])
    assert result.exit_code == 2 and message in result.stderr.splitlines()[-1]


def _send(address: str, film: Path) -> None:
    """Send a film as the page does, and screen it."""
    content, headers = film.read_bytes(), {"Origin": address.rsplit("/", 2)[0]}
    announced = [{"name": film.name, "size": len(content)}]
    assert requests.post(f"{address}batches", json=announced, headers=headers, timeout=30).status_code == 201
    for method, path, body in (("PUT", "films/film-0001", content), ("POST", "screen", b"")):
        answer = requests.request(method, f"{address}batches/1/{path}", data=body, headers=headers, timeout=30)
        assert answer.ok, answer.text
