"""Bearer tokens: renewed while a program runs, and never shown."""

import pytest

from chestxr.dicomweb.client import DicomWebClient
from chestxr.utils.archive_errors import ArchiveError
from tests.dicomweb.stub_archive import Answer, as_json, entry, stub_archive


def _archive(valid: set[str], seen: list[str]):
    def answer(method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        seen.append(headers.get("Authorization", ""))
        return (
            as_json([entry(instance="1.2.5")])
            if seen[-1] in {f"Bearer {token}" for token in valid}
            else Answer(status=401)
        )

    return stub_archive(answer)


def test_token_in_the_environment_is_sent(monkeypatch):
    monkeypatch.setenv("CHESTXR_PACS_TOKEN", " secret-1\n")
    with _archive({"secret-1"}, []) as url:
        assert DicomWebClient(url).holds("1.2.3", "1.2.5")


def test_token_renewed_in_its_file_is_used(monkeypatch, tmp_path):
    file, seen = tmp_path / "token", []
    file.write_text("secret-1\n")
    monkeypatch.setenv("CHESTXR_PACS_TOKEN_FILE", str(file))
    valid = {"secret-1"}
    with _archive(valid, seen) as url:
        archive = DicomWebClient(url)
        assert archive.holds("1.2.3", "1.2.5")
        valid.clear()
        with pytest.raises(ArchiveError, match="refuses access") as refused:
            archive.holds("1.2.3", "1.2.5")
        assert "secret" not in str(refused.value)
        file.write_text("secret-2")
        valid.add("secret-2")
        assert archive.holds("1.2.3", "1.2.5")
    assert seen[-1] == "Bearer secret-2"


@pytest.mark.parametrize("content", ["", "two words", "\xe9", "a\nb", None])
def test_invalid_token_raises_without_being_shown(monkeypatch, tmp_path, content):
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("CHESTXR_PACS_TOKEN_FILE", str(file))
    with pytest.raises(ValueError, match="CHESTXR_PACS_TOKEN_FILE") as error:
        DicomWebClient("http://127.0.0.1:9/dicom-web")
    assert not content or content not in str(error.value)


def test_token_is_not_sent_unencrypted(monkeypatch):
    monkeypatch.setenv("CHESTXR_PACS_TOKEN", "secret-1")
    with pytest.raises(ValueError, match="unencrypted"):
        DicomWebClient("http://pacs.example/dicom-web")
    monkeypatch.setenv("CHESTXR_PACS_USER", "reader")
    with pytest.raises(ValueError, match="expected one of them"):
        DicomWebClient("https://pacs.example/dicom-web")
