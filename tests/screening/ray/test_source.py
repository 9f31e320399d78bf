"""Films in object stores: names, URIs and errors."""

import io

import pytest

from chestxr.screening.ray import remote_file
from chestxr.screening.ray.remote_file import fetch
from chestxr.screening.ray.source import list_source
from chestxr.utils.errors import FilmError
from tests.screening.ray.archives import phantoms


def test_films_of_a_store_are_named_relative_to_its_uri(tmp_path):
    folder = phantoms(tmp_path / "films", 2)
    phantoms(folder / "more", 1)
    address = f"file://{folder}"
    assert {item["film"]: item["image"] for item in list_source(f"{address}/")} == {
        "film-0": f"{address}/film-0.png",
        "film-1": f"{address}/film-1.png",
        "more/film-0": f"{address}/more/film-0.png",
    }
    assert list_source(f"{address}/film-1.png") == [{"film": "film-1", "image": f"{address}/film-1.png"}]
    assert fetch(f"{address}/film-1.png") == (folder / "film-1.png").read_bytes()


def test_list_of_uris(tmp_path):
    addresses = ["s3://bucket/2024/a.dcm", "s3://bucket/2025/a.dcm", "s3://bucket/2025/b.dcm", "s3://bucket/2025/b.dcm"]
    (tmp_path / "list.txt").write_text("\n".join(addresses))
    films = list_source(str(tmp_path / "list.txt"))
    assert [item["film"] for item in films] == ["2024/a", "2025/a", "2025/b"]
    assert [item["image"] for item in films] == addresses[:3]
    for other, reason in (
        ("a.dcm", "found addresses and paths"),
        ("s3://bucket/../../a.dcm", "leads up"),
        ("s3://bucket/2025//b.dcm", "differ in slashes alone"),
        ("https://pacs.example/a.dcm?signature=secret", "a password or a query"),
    ):
        (tmp_path / "list.txt").write_text("\n".join([*addresses, other]))
        with pytest.raises(ValueError, match=reason) as refused:
            list_source(str(tmp_path / "list.txt"))
        assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("sftp://reader:secret@pacs.example/films", "a password or a query"),
        ("simplecache::sftp://reader:secret@pacs.example/films", "stores within stores"),
    ],
)
def test_uris_with_secrets_and_nested_uris_raise(address, reason):
    with pytest.raises(ValueError, match=reason) as refused:
        list_source(address)
    assert "secret" not in str(refused.value)


def test_too_large_object_and_name_that_is_not_utf8_raise(tmp_path, monkeypatch):
    address = f"file://{phantoms(tmp_path, 1)}/film-0.png"
    with pytest.raises(FilmError, match="not UTF-8"):
        fetch(f"{address}\udcff")
    monkeypatch.setattr(remote_file, "MAX_BYTES", 100)
    with pytest.raises(FilmError, match="an object of more than"):
        fetch(address)


def test_short_reads_are_joined(tmp_path, monkeypatch):
    content = b"film" * 100
    monkeypatch.setattr("fsspec.open", lambda address, mode: _InPieces(content))
    assert fetch("http://pacs.example/film.png") == content


class _InPieces(io.BytesIO):
    """File of fsspec for a server that sends no content length: reads are short."""

    def read(self, size: int = -1) -> bytes:
        return super().read(min(size, 7))


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (FileNotFoundError("secret"), "found no such object"),
        (PermissionError("secret"), "found an object that the store refuses"),
        (KeyError("secret"), "found an object that the store does not give"),
    ],
)
def test_unreadable_object_has_a_plain_message(monkeypatch, error, found):
    monkeypatch.setattr("fsspec.open", _raise(error))
    with pytest.raises(FilmError, match=f"^s3://bucket/film.dcm: {found}; expected a readable object; check") as failed:
        fetch("s3://bucket/film.dcm")
    assert "secret" not in str(failed.value) and "Error" not in str(failed.value)


def test_unavailable_store_has_a_plain_message(monkeypatch):
    monkeypatch.setattr("fsspec.core.url_to_fs", _raise(KeyError("secret")))
    with pytest.raises(OSError, match=r"^s3://bucket: a store that does not answer; check its address") as failed:
        list_source("s3://bucket")
    assert "secret" not in str(failed.value) and "Error" not in str(failed.value)


def _raise(error: Exception):
    def raising(*_, **__):
        raise error

    return raising
