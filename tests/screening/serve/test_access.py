"""The site answers its own pages on this machine, and nobody else."""

import pytest
import requests

from chestxr.screening.serve.access import AccessGuard
from chestxr.screening.serve.server import own_names

from .in_thread import TOKEN, site


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    with site(tmp_path_factory.mktemp("films")) as running:
        yield running


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "192.168.1.5", "127.0.0.1.evil.example", "", "[::1"]
)
def test_another_host_name_is_refused(opened, host):
    """A page whose domain name was rebound to 127.0.0.1 sends its own name."""
    answer = opened.raw(f"GET /{TOKEN}/ HTTP/1.1\nHost: {host}")
    assert answer.split()[1] in (b"403", b"400") and b"Drop films" not in answer


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9000", "LOCALHOST", "[::1]:80"])
def test_names_of_this_machine_are_answered(opened, host):
    """Also on another port, as through a tunnel."""
    assert b"Drop films" in opened.raw(f"GET /{TOKEN}/ HTTP/1.1\nHost: {host}")


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"])
def test_requests_of_other_pages_change_nothing(opened, origin):
    films = [{"name": "film.png", "size": 1}]
    assert opened.ask("POST", "batches", origin, json=films).status_code == 403
    assert opened.batches.newest_first() == []
    assert opened.ask("OPTIONS", "batches", origin or "http://evil.example").status_code == 403


def test_pages_of_other_sites_read_nothing(opened):
    assert opened.ask("GET", "", "http://evil.example").status_code == 403
    assert opened.ask("GET", "", None).status_code == 200, "an address that is typed has no origin"


@pytest.mark.parametrize(
    "path", ["", "/", "/Token/", "/token2/", "//token/", "/batches", "/static/serve.css", "/t%C3%B6ken/"]
)
def test_nothing_is_answered_without_the_token(opened, path):
    answer = requests.get(opened.origin + path, timeout=30)
    assert answer.status_code == 403 and "Open the address" in answer.text


def test_a_browser_asks_for_an_icon_in_vain_but_without_an_error(opened):
    answer = requests.get(f"{opened.origin}/favicon.ico", timeout=30)
    assert answer.status_code == 204 and not answer.content


def test_every_answer_has_the_headers_that_protect_it(opened):
    answers = [opened.ask("GET", path) for path in ("", "static/start.js", "batches/7/", "nothing")]
    answers.append(requests.get(opened.origin, timeout=30))
    assert [answer.status_code for answer in answers] == [200, 200, 404, 404, 403]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Server" not in answer.headers and "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(("host", "accepted"), [("192.168.1.5", True), ("reading-room", True), ("evil.example", False)])
def test_an_open_server_still_refuses_foreign_names(host, accepted):
    guard = AccessGuard(None, TOKEN, own_names("Reading-Room"), local=False)
    request = {"method": "GET", "path": f"/{TOKEN}/", "headers": [(b"host", host.encode())]}
    assert (guard._refusal(request) is None) == accepted
