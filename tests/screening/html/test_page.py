"""HTML report in a real browser: mouse, keyboard and print."""

import json
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from chestxr.screening.html.page import write_page
from chestxr.screening.results.pictures import write_pictures
from chestxr.screening.results.record import FilmRecord, full_size_path
from chestxr.tuberculosis.reasons import evidence, reasons_in_words
from chestxr.utils.errors import FilmError
from chestxr.utils.lesion_mark import LesionMark
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


FILM, LUNGS = chest_film((128, 128))
TIMES = 8  # film pixels per pixel of the phantom


def _record(folder: Path, name: str, probability: float | None, reason: str = "", spacing=None, date="") -> FilmRecord:
    preview = write_pictures(folder, name, np.kron(FILM, np.ones((TIMES, TIMES))))
    scored = probability is not None
    row = {"film": name, "image": f"/films/{name}.png", "status": "ok", "reason": reason}
    row |= {"probability": probability, "threshold": 0.3}
    row |= {"probability_low": scored and probability - 0.05, "probability_high": scored and probability + 0.05}
    decision = ("suspicious" if probability >= 0.3 else "not suspicious") if scored else ""
    marks = [LesionMark(40 * TIMES, 50 * TIMES, 0.83, "right_upper")] if scored else []
    groups = [("left lung, brightness", -0.9), ("right upper zone, brightness", 0.8)]
    found = evidence(marks, groups, 0.5, 3)
    reasons = reasons_in_words(decision == "suspicious", marks, groups, 0.5, 3) if scored else ""
    row |= {"decision": decision, "reasons": reasons}
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
    return FilmRecord(
        key="",
        film_sha256="",
        row=row,
        size=[side * TIMES for side in FILM.shape],
        spacing_mm=spacing,
        at_detector=spacing is not None,
        view="frontal" if scored else "lateral",
        study_date=date,
        evidence=found if scored else {},
        marks=marks,
        zones=ZONES if scored else {},
        outlines=lung_outlines(LUNGS, preview),
        preview=list(preview),
        files=[],
        seconds=1.0,
    )


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    records = {
        "film-2": _record(folder, "film-2", 0.1),
        "film-10": _record(folder, "film-10", 0.9, spacing=[2.0, 2.0], date="2026-11-20"),
        "film-3": _record(folder, "film-3", 0.5, "the network is unsure"),
        "hand": _record(folder, "hand", None, "a lateral film"),
    }
    items = [{"film": name} for name in [*records, MARKUP]]
    failures = {MARKUP: FilmError("/films/x.png", "</script><b>text</b>", "a film", "leave it out")}
    write_page(folder / "report.html", items, records, failures, MANIFEST)
    return folder / "report.html"


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(params=[1300, 390], ids=["desktop", "phone"])
def opened(driver, page, request):
    phone = request.param < 1000
    size = {"width": request.param, "height": 844, "deviceScaleFactor": 1, "mobile": phone}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": phone, "maxTouchPoints": 2})
    driver.get("about:blank")
    for kind in ("browser", "performance"):
        driver.get_log(kind)  # the entries of earlier tests
    driver.get(page.as_uri())
    return driver


def _open(driver, film: str) -> None:
    driver.find_element(By.CSS_SELECTOR, f"tr[data-film={film}]").click()
    assert driver.find_element(By.ID, "name").text == film


def _readout(driver) -> str:
    return driver.find_element(By.ID, "readout").text


def _width(driver) -> float:
    return driver.execute_script("return document.querySelector('#stage img').getBoundingClientRect().width")


def _films(driver) -> list[str]:
    rows = driver.find_elements(By.CSS_SELECTOR, "tbody tr")
    return [row.get_attribute("data-film") for row in rows if row.is_displayed()]


@needs_chromium
def test_films_are_sorted_by_probability_and_by_a_click_on_a_heading(opened):
    assert _films(opened) == ["film-10", "film-3", "film-2", "hand", MARKUP]
    heading = opened.find_element(By.CSS_SELECTOR, "th[data-key=score]")
    assert heading.get_attribute("aria-sort") == "descending"
    heading.find_element(By.TAG_NAME, "button").click()
    assert _films(opened) == [MARKUP, "hand", "film-2", "film-3", "film-10"]
    opened.find_element(By.CSS_SELECTOR, "th[data-key=film] button").click()
    names = _films(opened)
    assert names.index("film-2") < names.index("film-3") < names.index("film-10"), "numbers sort as numbers"
    opened.find_element(By.CSS_SELECTOR, "th[data-key=date] button").click()
    assert _films(opened)[0] == "film-10"


@needs_chromium
def test_counts_show_and_filter_the_films(opened):
    counts = opened.find_elements(By.CSS_SELECTOR, "#counts button")
    assert [count.text for count in counts] == [
        "5 films",
        "2 suspicious",
        "1 not suspicious",
        "1 no score",
        "1 failed",
        "1 with a warning",
    ]
    filtered = [["film-10", "film-3"], ["film-2"], ["hand"], [MARKUP], ["film-3"]]
    for count, films in zip(counts[1:], filtered, strict=True):
        count.click()
        assert _films(opened) == films and count.get_attribute("aria-pressed") == "true"
    counts[0].click()
    assert len(_films(opened)) == 5


@needs_chromium
def test_films_are_found_by_text(opened):
    opened.find_element(By.ID, "find").send_keys("UNSURE")
    assert _films(opened) == ["film-3"]
    assert opened.find_element(By.ID, "count").text == "1 shown"


@needs_chromium
def test_reasons_agree_with_the_result_or_say_that_they_do_not(opened):
    def words(film):
        return opened.find_element(By.CSS_SELECTOR, f"tr[data-film={film}] .words").text

    mark = "opacity, right upper zone, 0.83"
    assert words("film-10").split("\n") == [mark, "despite left lung, brightness (-0.90)"]
    assert words("film-2").split("\n") == ["left lung, brightness (-0.90)", f"despite {mark}"]
    assert words("film-3").startswith(mark) and "the network is unsure" in words("film-3")
    marked = "pacities marked on the film, probability"
    towards, away = ("or tuberculosis, in log odds", "gainst tuberculosis, in log odds")
    for film, expected in (
        ("film-10", [f"O{marked}", f"F{towards}", f"Despite the result: a{away}"]),
        ("film-2", [f"A{away}", f"Despite the result: o{marked}", f"Despite the result: f{towards}"]),
    ):
        _open(opened, film)
        titles = [title.text for title in opened.find_elements(By.CSS_SELECTOR, "#details h3")]
        assert titles[1:4] == expected and len(titles) == 6
        opened.find_element(By.ID, "close").click()


@needs_chromium
def test_view_and_study_date_are_shown_where_known(opened):
    for film, shown in (("film-10", ["frontal", "2026-11-20"]), ("film-2", ["frontal"]), ("hand", ["lateral"])):
        assert opened.find_element(By.CSS_SELECTOR, f"tr[data-film={film}] .date").text.split() == shown
        _open(opened, film)
        assert opened.find_element(By.CSS_SELECTOR, "#outcome .date").text.split() == shown
        opened.find_element(By.ID, "close").click()


@needs_chromium
def test_each_film_has_an_address_and_back_works(opened, page):
    table = opened.current_url
    opened.find_element(By.LINK_TEXT, "film-10").click()
    assert opened.current_url == f"{table}#film=film-10"
    opened.find_element(By.ID, "next").click()
    assert opened.current_url == f"{table}#film=film-3"
    opened.back()
    assert opened.find_element(By.ID, "name").text == "film-10"
    opened.back()
    assert opened.find_element(By.ID, "list").is_displayed() and opened.current_url == table
    opened.forward()
    assert opened.find_element(By.ID, "name").text == "film-10"
    for address in (f"#film={quote('film-2')}", f"#film={quote(MARKUP)}"):
        opened.get("about:blank")
        opened.get(page.as_uri() + address)
        assert opened.find_element(By.ID, "name").text == unquote(address.removeprefix("#film="))


@needs_chromium
@pytest.mark.parametrize("name", ["no-film", "%E0%A4%A", quote(MARKUP + "2")])
def test_address_of_no_film_shows_the_table(opened, page, name):
    opened.get("about:blank")
    opened.get(f"{page.as_uri()}#film={name}")
    assert "This report has no film" in opened.find_element(By.ID, "unknown").text
    assert len(_films(opened)) == 5 and not opened.find_elements(By.CSS_SELECTOR, "#unknown *")


@needs_chromium
def test_nothing_is_off_the_screen(opened):
    off = """
        const edge = document.documentElement.clientWidth + 0.5;
        const outside = (box) => box.width && (box.left < -0.5 || box.right > edge);
        const shown = [...document.querySelectorAll("body *:not(#stage, #stage *)")];
        return shown.filter((element) => outside(element.getBoundingClientRect())).map((element) => element.outerHTML);
    """
    assert opened.execute_script(off) == []
    for summary in opened.find_elements(By.TAG_NAME, "summary"):
        summary.click()
    assert opened.execute_script(off) == []
    opened.execute_script("window.scrollTo(0, 0)")
    for film in ("film-10", "hand"):
        _open(opened, film)
        assert opened.execute_script(off) == []
        opened.find_element(By.ID, "close").click()


@needs_chromium
def test_research_use_only_is_visible_wherever_the_page_is_scrolled_to(opened):
    seen = """
        const box = document.querySelector("#banner strong").getBoundingClientRect();
        return document.elementFromPoint(box.x + 2, box.y + box.height / 2).textContent;
    """
    for film in ("", "film-10"):
        if film:
            _open(opened, film)
        for place in ("0", "document.body.scrollHeight"):
            opened.execute_script(f"window.scrollTo(0, {place})")
            assert "Research use only" in opened.execute_script(seen)


@needs_chromium
def test_film_view_has_contours_zone_map_and_details(opened):
    opened.find_element(By.CSS_SELECTOR, "tr[data-film=film-10]").click()
    details = opened.find_element(By.ID, "details").text
    assert opened.find_element(By.ID, "outcome").text.split()[1:3] == ["suspicious", "0.90"]
    for words in ("0.900", "0.850 to 0.950", "0.300", "right upper zone, brightness (+0.80)", "research use only"):
        assert words in details
    assert "cm\u00b2" in details and "2 x 2 mm at the detector" in details and "aaaaaaaaaaaaaaaa" in details
    outlines = opened.find_elements(By.CSS_SELECTOR, "#outline-layer path")
    assert len(outlines) == 2 and all(line.get_attribute("d").startswith("M") for line in outlines)
    assert len(opened.find_elements(By.CSS_SELECTOR, "#zone-layer path.zone")) == 6
    assert "+0.80" in [
        value.get_attribute("textContent") for value in opened.find_elements(By.CSS_SELECTOR, "#zone-layer text")
    ]
    image = opened.find_element(By.CSS_SELECTOR, "#stage img")
    assert opened.execute_script("return arguments[0].decode().then(() => arguments[0].naturalWidth)", image) == 640


@needs_chromium
def test_contours_match_the_lungs(opened):
    opened.find_element(By.CSS_SELECTOR, "tr[data-film=film-10]").click()
    for side, label in (("right", 1), ("left", 2)):
        box = opened.execute_script(f"return document.querySelector('.lung.{side}').getBBox()")
        found = np.array([box["x"], box["x"] + box["width"], box["y"], box["y"] + box["height"]]) / 5
        xs, ys = np.nonzero(label == LUNGS)
        np.testing.assert_allclose(found, [xs.min(), xs.max() + 1, ys.min(), ys.max() + 1], atol=1.5)


@needs_chromium
def test_marks_are_circles_at_their_places(opened):
    _open(opened, "film-10")
    box = opened.execute_script("return document.querySelector('#mark-layer circle').getBBox()")
    centre = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    np.testing.assert_allclose(centre, [40 * 5, 50 * 5], atol=0.1)
    assert opened.find_element(By.CSS_SELECTOR, "#mark-layer text").get_attribute("textContent") == "0.83"


@needs_chromium
def test_sliders_change_opacity_and_zoom_changes_size(opened):
    opened.find_element(By.CSS_SELECTOR, "tr[data-film=film-3]").click()

    def opacity(layer):
        return float(opened.find_element(By.ID, layer).value_of_css_property("opacity"))

    layers = ("mark-layer", "outline-layer", "zone-layer")
    assert [opacity(layer) for layer in layers] == [0.9, 0.9, 0]
    for slider, key in (("marks", Keys.HOME), ("outline", Keys.HOME), ("zones", Keys.END)):
        opened.find_element(By.ID, slider).send_keys(key)
    assert [opacity(layer) for layer in layers] == [0, 0, 1]

    before = _width(opened)
    opened.find_element(By.ID, "in").click()
    assert _width(opened) == pytest.approx(before * 1.25, rel=0.01)
    opened.find_element(By.ID, "fit").click()
    assert _width(opened) == pytest.approx(before, rel=0.01)
    opened.find_element(By.ID, "actual").click()
    assert _width(opened) == pytest.approx(128 * TIMES, rel=0.01) and "zoom 100%" in _readout(opened)


def _picture_requests(driver) -> list[str]:
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    urls = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    return [url.rpartition("/")[2] for url in urls if "/pictures/" in url]


@needs_chromium
def test_full_resolution_is_loaded_once_the_film_is_magnified(opened):
    _open(opened, "film-10")
    assert "preview" in _readout(opened) and _picture_requests(opened) == []
    for _ in range(8):
        opened.find_element(By.ID, "in").click()
    WebDriverWait(opened, 10).until(lambda _: "full resolution" in _readout(opened))
    assert _picture_requests(opened) == ["film-10.jpg"]
    size = opened.execute_script(
        "const img = document.querySelector('#stage img'); return [img.naturalWidth, img.width]"
    )
    assert size == [128 * TIMES, 640]


@needs_chromium
def test_without_the_full_resolution_the_preview_stays(opened, page):
    picture = full_size_path(page.parent, "film-2")
    hidden = picture.rename(picture.with_suffix(".hidden"))
    try:
        _open(opened, "film-2")
        ActionChains(opened).double_click(opened.find_element(By.ID, "view")).perform()
        WebDriverWait(opened, 10).until(lambda _: "preview (pictures/film-2.jpg is missing)" in _readout(opened))
        assert opened.execute_script("return document.querySelector('#stage img').naturalWidth") == 640
    finally:
        hidden.rename(picture)


def _greys(driver) -> np.ndarray:
    """Return the grey values on the screen in the middle of the film, without contours."""
    shot = Image.open(BytesIO(driver.find_element(By.ID, "view").screenshot_as_png)).convert("RGB")
    x, y = shot.width // 2, shot.height // 2
    return np.asarray(shot).astype(float)[y - 90 : y + 90, x - 120 : x + 120].mean(axis=2)


@needs_chromium
@pytest.mark.parametrize(
    ("keys", "window", "level", "inverted"),
    [
        ({"width": Keys.ARROW_LEFT * 60}, 40, 50, False),
        ({"width": Keys.ARROW_LEFT * 70, "level": Keys.ARROW_LEFT * 20}, 30, 30, False),
        ({"width": Keys.END, "level": Keys.ARROW_RIGHT * 25}, 200, 75, False),
        ({"width": Keys.ARROW_LEFT * 50, "level": Keys.ARROW_RIGHT * 10}, 50, 60, True),
    ],
)
def test_sliders_set_window_and_level(opened, keys, window, level, inverted):
    _open(opened, "film-10")
    for layer in ("marks", "outline"):
        opened.find_element(By.ID, layer).send_keys(Keys.HOME)
    before = _greys(opened)
    for slider, pressed in keys.items():
        opened.find_element(By.ID, slider).send_keys(pressed)
    if inverted:
        opened.find_element(By.ID, "invert").click()
    assert _readout(opened).startswith(f"window {window} \u00b7 level {level} ")
    expected = ((before / 255 - level / 100) / (window / 100) + 0.5).clip(0, 1)
    found = _greys(opened) / 255
    # A grey value is rounded on the screen and again after the first step, both times before the contrast is raised.
    np.testing.assert_allclose(found, 1 - expected if inverted else expected, atol=1.5 / 255 * 100 / window + 1 / 255)
    assert np.ptp(before) > 100 and np.ptp(found) > 0.2
    opened.find_element(By.ID, "reset").click()
    np.testing.assert_allclose(_greys(opened), before, atol=1)


def _drag(driver, x: int, y: int) -> None:
    ActionChains(driver).drag_and_drop_by_offset(driver.find_element(By.ID, "view"), x, y).perform()


@needs_chromium
def test_dragging_sets_window_and_level_or_moves_the_film(opened):
    _open(opened, "film-10")
    place = "const box = document.querySelector('#stage img').getBoundingClientRect(); return [box.x, box.y]"
    before = np.array(opened.execute_script(place))
    _drag(opened, -100, 40)
    assert _readout(opened).startswith("window 60 \u00b7 level 60 ")
    assert opened.find_element(By.ID, "width").get_attribute("value") == "60"
    np.testing.assert_allclose(opened.execute_script(place), before, atol=0.01)
    opened.find_element(By.ID, "drag-move").click()
    _drag(opened, 50, -30)
    np.testing.assert_allclose(opened.execute_script(place) - before, [50, -30], atol=0.01)
    assert _readout(opened).startswith("window 60 \u00b7 level 60 ")


@needs_chromium
def test_two_fingers_zoom(driver, page):
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    )
    driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
    driver.get("about:blank")
    driver.get(page.as_uri())
    _open(driver, "film-10")
    before, box = _width(driver), driver.find_element(By.ID, "view").rect
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for kind, apart in (("touchStart", 50), ("touchMove", 75), ("touchMove", 100), ("touchEnd", None)):
        points = [] if apart is None else [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
        driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert _width(driver) == pytest.approx(2 * before, rel=0.02)
    assert _readout(driver).startswith("window 100 \u00b7 level 50 ")


@needs_chromium
def test_keyboard_navigation(opened):
    def press(*keys):
        for key in keys:
            opened.switch_to.active_element.send_keys(key)

    opened.find_element(By.TAG_NAME, "body").send_keys("/")
    press("film-", Keys.ESCAPE)
    opened.find_element(By.TAG_NAME, "body").send_keys(Keys.ARROW_DOWN)
    press(Keys.ARROW_DOWN, Keys.ENTER)
    assert opened.find_element(By.ID, "name").text == "film-3"
    press(Keys.ARROW_DOWN, "o", "z")
    assert opened.find_element(By.ID, "name").text == "film-2"
    assert opened.find_element(By.ID, "outline").get_attribute("value") == "0"
    assert opened.find_element(By.ID, "zones").get_attribute("value") == "90"
    press(Keys.ESCAPE)
    assert opened.find_element(By.ID, "list").is_displayed()
    assert opened.switch_to.active_element.get_attribute("data-film") == "film-2"


@needs_chromium
def test_markup_in_a_name_is_escaped(opened):
    opened.find_element(By.CSS_SELECTOR, "tr[data-kind=failed]").click()
    assert opened.find_element(By.ID, "name").text == MARKUP
    assert "</script><b>text</b>" in opened.find_element(By.ID, "details").text
    assert opened.title.startswith("Chest films screened")
    assert not opened.find_elements(By.CSS_SELECTOR, "#details b, main img[src=x]")


@needs_chromium
def test_labels_are_shown_and_addresses_keep_the_names(driver, tmp_path):
    records = {"film-0001": _record(tmp_path, "film-0001", 0.5)}
    page = tmp_path / "report.html"
    write_page(page, [{"film": "film-0001"}], records, {}, MANIFEST, labels={"film-0001": MARKUP})
    driver.get(page.as_uri())
    row = driver.find_element(By.CSS_SELECTOR, "tr[data-film=film-0001]")
    assert MARKUP in row.text
    row.click()
    assert driver.find_element(By.ID, "name").text == MARKUP
    assert driver.current_url.endswith("#film=film-0001")
    assert driver.title != "owned"


@needs_chromium
def test_page_needs_no_network_and_logs_no_error(opened):
    opened.find_element(By.CSS_SELECTOR, "tr[data-film=film-10]").click()
    events = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
    urls = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    assert not [url for url in urls if url.startswith(("http", "ws", "//"))]
    assert opened.get_log("browser") == []


@needs_chromium
def test_print_has_all_films_the_counts_and_research_use_only(opened):
    assert "Research use only" in opened.find_element(By.ID, "banner").text
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert opened.find_element(By.ID, "banner").is_displayed()
        assert not opened.find_element(By.CSS_SELECTOR, ".tools").is_displayed()
        assert opened.find_element(By.ID, "counts").is_displayed() and len(_films(opened)) == 5
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
    for width in (1300, 390):
        size = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        driver.get("about:blank")
        driver.get((tmp_path / "report.html").as_uri())
        assert driver.find_element(By.CSS_SELECTOR, "tbody tr").get_attribute("data-film") == "film-999"
        driver.execute_script("window.scrollTo(0, document.body.scrollHeight / 2)")
        heading = driver.find_element(By.CSS_SELECTOR, "th[data-key=film] button")
        top = driver.execute_script("return arguments[0].getBoundingClientRect().top", heading)
        assert 0 < top < 60
        row = driver.find_element(By.CSS_SELECTOR, "tr[data-film=film-500]")
        driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", row)
        scrolled = driver.execute_script("return window.scrollY")
        row.click()
        driver.back()
        assert row.is_displayed() and driver.execute_script("return window.scrollY") == pytest.approx(scrolled, abs=1)
        heading.click()
        driver.find_element(By.ID, "find").send_keys("film-77 ")
        assert driver.find_element(By.ID, "count").text == "11 shown"
        driver.find_element(By.CSS_SELECTOR, "tr[data-film=film-777]").click()
        assert driver.find_element(By.ID, "name").text == "film-777"
