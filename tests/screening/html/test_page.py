"""HTML report in a real browser: mouse, keyboard and print."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from chestxr.screening.html.page import write_page
from chestxr.screening.results.record import FilmRecord
from chestxr.utils.errors import FilmError
from chestxr.visualize.outlines import lung_outlines
from tests.phantom import chest_film
from tests.visualize.browser import browser, needs_chromium

pytestmark = pytest.mark.slow

MARKUP = "<img src=x onerror=document.title='owned'>"
MANIFEST = {
    "bundle": "cxr_tuberculosis_screening",
    "version": "0.1.0 0123456789ab",
    "chestxr": "0.1.0",
    "settings": {"uid_root": "2.25"},
    "versions": {"python": "3.11"},
    "complete": True,
    "finished": "2026-11-23T12:00:00+00:00",
}
ZONES = {"right_upper": 0.8, "right_middle": 0.1, "right_lower": -0.2}
ZONES |= {"left_upper": -0.6, "left_middle": 0.05, "left_lower": -0.01}


def _record(folder: Path, name: str, probability: float | None, reason: str = "", spacing=None) -> FilmRecord:
    film, lungs = chest_film((128, 128))
    scale = Image.fromarray(film.T.astype(np.uint8)).resize((256, 256))
    (folder / "records").mkdir(parents=True, exist_ok=True)
    scale.save(folder / "records" / f"{name}.webp")
    scored = probability is not None
    row = {"film": name, "image": f"/films/{name}.png", "status": "ok", "reason": reason}
    row |= {"probability": probability, "threshold": 0.3}
    row |= {"probability_low": scored and probability - 0.05, "probability_high": scored and probability + 0.05}
    decision = ("suspicious" if probability >= 0.3 else "not suspicious") if scored else ""
    row |= {"decision": decision, "reasons": "right upper zone, texture (+0.80)" if scored else ""}
    row |= {"right_area": 0.2, "left_area": 0.18, "symmetry": 0.9, "wholeness": 1.0, "confidence": 0.98}
    row |= {
        "heart_side": float("nan"),
        "cut_off": 0.0,
        "contrast": 0.3,
        "row_jump": 2.1,
        "outlying_features": 0.02 if scored else None,
        "network_sha256": "a" * 64,
        "versions": "python=3.11 monai=1.6.1",
    }
    outlines = lung_outlines(lungs, (256, 256))
    return FilmRecord(
        key="",
        film_sha256="",
        row=row,
        size=[128, 128],
        spacing_mm=spacing,
        at_detector=spacing is not None,
        zones=ZONES if scored else {},
        outlines=outlines,
        picture=[256, 256],
        files=[],
        seconds=1.0,
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    records = {
        "film-10": _record(folder, "film-10", 0.9, spacing=[2.0, 2.0]),
        "film-2": _record(folder, "film-2", 0.1),
        "film-3": _record(folder, "film-3", 0.5, "the network is unsure"),
        "hand": _record(folder, "hand", None, "lungs in pieces"),
    }
    items = [{"film": name} for name in [*records, MARKUP]]
    failures = {MARKUP: FilmError("/films/x.png", "</script><b>text</b>", "a film", "leave it out")}
    write_page(folder / "report.html", items, records, failures, MANIFEST)
    return folder / "report.html"


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture
def opened(driver, page):
    driver.get(page.as_uri())
    return driver


def _films(driver) -> list[str]:
    rows = driver.find_elements(By.CSS_SELECTOR, "tbody tr")
    return [row.get_attribute("data-film") for row in rows if row.is_displayed()]


@needs_chromium
def test_click_on_a_heading_sorts(opened):
    heading = opened.find_element(By.CSS_SELECTOR, "th[data-key=score] button")
    heading.click()
    assert _films(opened) == ["film-10", "film-3", "film-2", "hand", MARKUP]
    heading.click()
    assert _films(opened) == [MARKUP, "hand", "film-2", "film-3", "film-10"]
    opened.find_element(By.CSS_SELECTOR, "th[data-key=film] button").click()
    names = _films(opened)
    assert names.index("film-2") < names.index("film-3") < names.index("film-10"), "numbers sort as numbers"


@needs_chromium
def test_films_are_filtered_by_text_and_by_result(opened):
    opened.find_element(By.ID, "find").send_keys("UNSURE")
    assert _films(opened) == ["film-3"]
    assert opened.find_element(By.ID, "count").text == "1 film"
    opened.find_element(By.ID, "find").clear()
    opened.find_element(By.ID, "find").send_keys(Keys.SPACE)
    show = opened.find_element(By.ID, "show")
    for kind, films in (("no-score", ["hand"]), ("failed", [MARKUP]), ("not-suspicious", ["film-2"])):
        show.find_element(By.CSS_SELECTOR, f"option[value={kind}]").click()
        assert _films(opened) == films


@needs_chromium
def test_film_view_has_contours_zone_map_and_details(opened):
    opened.find_element(By.CSS_SELECTOR, "tr[data-film=film-10]").click()
    details = opened.find_element(By.ID, "details").text
    for words in ("0.900", "0.850 to 0.950", "0.300", "right upper zone, texture (+0.80)", "research use only"):
        assert words in details
    assert "cm\u00b2" in details and "2 x 2 mm at the detector" in details and "aaaaaaaaaaaaaaaa" in details
    outlines = opened.find_elements(By.CSS_SELECTOR, "#outline-layer path")
    assert len(outlines) == 2 and all(line.get_attribute("d").startswith("M") for line in outlines)
    assert len(opened.find_elements(By.CSS_SELECTOR, "#zone-layer path.zone")) == 6
    assert "+0.80" in [
        value.get_attribute("textContent") for value in opened.find_elements(By.CSS_SELECTOR, "#zone-layer text")
    ]
    image = opened.find_element(By.CSS_SELECTOR, "#stage img")
    assert opened.execute_script("return arguments[0].decode().then(() => arguments[0].naturalWidth)", image) == 256


@needs_chromium
def test_contours_match_the_lungs(opened):
    opened.find_element(By.CSS_SELECTOR, "tr[data-film=film-10]").click()
    _, lungs = chest_film((128, 128))
    for side, label in (("right", 1), ("left", 2)):
        box = opened.execute_script(f"return document.querySelector('.lung.{side}').getBBox()")
        found = np.array([box["x"], box["x"] + box["width"], box["y"], box["y"] + box["height"]]) / 2
        xs, ys = np.nonzero(lungs == label)
        np.testing.assert_allclose(found, [xs.min(), xs.max() + 1, ys.min(), ys.max() + 1], atol=1.5)


@needs_chromium
def test_sliders_change_opacity_and_zoom_changes_size(opened):
    opened.find_element(By.CSS_SELECTOR, "tr[data-film=film-3]").click()

    def opacity(layer):
        return float(opened.find_element(By.ID, layer).value_of_css_property("opacity"))

    assert (opacity("outline-layer"), opacity("zone-layer")) == (0.9, 0)
    opened.find_element(By.ID, "outline").send_keys(Keys.HOME)
    opened.find_element(By.ID, "zones").send_keys(Keys.END)
    assert (opacity("outline-layer"), opacity("zone-layer")) == (0, 1)

    def width():
        return opened.execute_script("return document.querySelector('#stage img').getBoundingClientRect().width")

    before = width()
    opened.find_element(By.ID, "in").click()
    assert width() == pytest.approx(before * 1.25, rel=0.01)
    opened.find_element(By.ID, "fit").click()
    assert width() == pytest.approx(before, rel=0.01)


@needs_chromium
def test_keyboard_navigation(opened):
    def press(*keys):
        for key in keys:
            opened.switch_to.active_element.send_keys(key)

    opened.find_element(By.TAG_NAME, "body").send_keys("/")
    press("film-", Keys.ESCAPE)
    opened.find_element(By.TAG_NAME, "body").send_keys(Keys.ARROW_DOWN)
    press(Keys.ARROW_DOWN, Keys.ENTER)
    assert opened.find_element(By.ID, "name").text == "film-2"
    press(Keys.ARROW_DOWN, "o", "z")
    assert opened.find_element(By.ID, "name").text == "film-3"
    assert opened.find_element(By.ID, "outline").get_attribute("value") == "0"
    assert opened.find_element(By.ID, "zones").get_attribute("value") == "90"
    press(Keys.ESCAPE)
    assert opened.find_element(By.ID, "list").is_displayed()
    assert opened.switch_to.active_element.get_attribute("data-film") == "film-3"


@needs_chromium
def test_markup_in_a_name_is_escaped(opened):
    opened.find_element(By.CSS_SELECTOR, "tr[data-kind=failed]").click()
    assert opened.find_element(By.ID, "name").text == MARKUP
    assert "</script><b>text</b>" in opened.find_element(By.ID, "details").text
    assert opened.title.startswith("Chest films screened")
    assert not opened.find_elements(By.CSS_SELECTOR, "#details b, main img[src=x]")


@needs_chromium
def test_page_needs_no_network_and_logs_no_error(opened):
    opened.find_element(By.CSS_SELECTOR, "tr[data-film=film-10]").click()
    events = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
    urls = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    assert not [url for url in urls if url.startswith(("http", "ws", "//"))]
    assert opened.get_log("browser") == []


@needs_chromium
def test_research_use_only_is_visible_on_screen_and_in_print(opened):
    assert "Research use only" in opened.find_element(By.CSS_SELECTOR, "header .warning").text
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert opened.find_element(By.CSS_SELECTOR, "header .warning").is_displayed()
        assert not opened.find_element(By.CSS_SELECTOR, ".tools").is_displayed()
        assert len(_films(opened)) == 5
    finally:
        opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@needs_chromium
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_contrast(opened, theme):
    """WCAG 2.2 requires a contrast ratio of 4.5 for text."""
    opened.execute_script(f"document.documentElement.dataset.theme = '{theme}'")
    ground = _luminance(opened.find_element(By.TAG_NAME, "body").value_of_css_property("background-color"))
    for place in (".suspicious", ".not-suspicious", "tbody small", "tbody th", ".facts"):
        ink = _luminance(opened.find_element(By.CSS_SELECTOR, place).value_of_css_property("color"))
        assert (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05) >= 4.5, place


def _luminance(colour: str) -> float:
    channels = np.array([float(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@needs_chromium
def test_thousand_films_stay_usable(driver, tmp_path):
    one = _record(tmp_path, "film", 0.4)
    records = {}
    for number in range(1000):
        name = f"film-{number}"
        (tmp_path / "records" / f"{name}.webp").write_bytes((tmp_path / "records" / "film.webp").read_bytes())
        records[name] = FilmRecord(**vars(one) | {"row": one.row | {"film": name, "probability": number / 1000}})
    write_page(tmp_path / "report.html", [{"film": name} for name in records], records, {}, MANIFEST)
    driver.get((tmp_path / "report.html").as_uri())
    driver.find_element(By.CSS_SELECTOR, "th[data-key=score] button").click()
    assert driver.find_element(By.CSS_SELECTOR, "tbody tr").get_attribute("data-film") == "film-999"
    driver.find_element(By.ID, "find").send_keys("film-77 ")
    assert driver.find_element(By.ID, "count").text == "11 films"
    driver.find_element(By.CSS_SELECTOR, "tr[data-film=film-777]").click()
    assert driver.find_element(By.ID, "name").text == "film-777"
