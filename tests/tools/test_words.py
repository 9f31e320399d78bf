"""Word list for source, tests and documentation: each entry maps a word of in-house jargon to the field's term."""

import json
import re
import subprocess
from itertools import groupby
from pathlib import Path

import pytest

from .repository import REPOSITORY

# Regular expressions; a space matches any white space, also a line break inside a comment.
WORDS = {
    "anew": "again",
    "at hand": "available",
    "be it": "whether, or",
    "beside": "next to",
    "besides": "also, in addition",
    "dealt": "split, divided",
    "for ever": "indefinitely",
    "hands on": "passes",
    "hopeless": "permanent (failure)",
    "ill films": "TB-positive films",
    "in hand": "in progress, in memory",
    "knobs?": "override, setting",
    "learnt": "trained on, learned",
    "lest": "so that ... not",
    "mend(s|ed|ing)?": "fix, repair",
    "nobody foresaw": "unexpected",
    "oneself": "(rephrase)",
    "run lengths": "RLE",
    "so many": "the number of, per image",
    "spoil(s|t|ed|ing)?": "degrade, corrupt",
    # Not the method of files.
    r"(?<!\.)tells?": "return, report, state",
    "telling": "reporting",
    "thereof": "of it",
    "told": "reported, message",
    "whatever": "any, regardless of",
    "whoever": "anyone who",
}
FOLDERS = ("chestxr", "tools", "tests", "bundles/*/configs", "bundles/*/docs/*.md", "README.md", "setup.cfg")


def _pattern(word: str) -> str:
    return rf"\b(?:{word})\b".replace(" ", r"\s+(?:#\s*)?")


def find_words(text: str) -> list[tuple[int, str, str]]:
    """Return line, word and replacement of each match."""
    return sorted(
        (text.count("\n", 0, match.start()) + 1, " ".join(re.findall(r"\w+", match[0])), term)
        for word, term in WORDS.items()
        for match in re.finditer(_pattern(word), text, re.IGNORECASE)
    )


def prose_of(path: Path) -> str:
    """Return a file's text written by people: "" for binary files and results; notebooks without outputs."""
    content = path.read_bytes()
    if b"\0" in content[:8000]:
        return ""
    text = content.decode("utf-8", "replace")
    if path.suffix == ".json" and "command" in json.loads(text):
        return ""
    if path.suffix == ".ipynb":
        return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    return text


def _files() -> dict[str, list[str]]:
    """Return the tracked files by folder, except this list and licence texts."""
    listing = subprocess.run(["git", "ls-files", *FOLDERS], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    own = Path(__file__).relative_to(REPOSITORY).as_posix()
    names = [
        name
        for name in listing.stdout.splitlines()
        if name != own and Path(name).name != "LICENSE" and (REPOSITORY / name).is_file()
    ]
    by_folder = groupby(sorted(names, key=_folder), _folder)
    return {folder: list(group) for folder, group in by_folder}


def _folder(name: str) -> str:
    return Path(name).parent.as_posix()


@pytest.mark.parametrize(("folder", "names"), _files().items(), ids=list(_files()))
def test_field_terms_are_used(folder, names):
    found = [
        f"{name}:{line}: {word} -> {term}"
        for name in names
        for line, word, term in find_words(prose_of(REPOSITORY / name))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Knobs, and\na KNOB", [(1, "Knobs"), (2, "KNOB")]),
        ("it is in\n    # hand", [(1, "in hand")]),
        ("told = 1  # was told", [(1, "told"), (1, "told")]),
        ("besides, beside it", [(1, "beside"), (1, "besides")]),
        ("Mended, spoilt", [(1, "Mended"), (1, "spoilt")]),
        ("file.tell(), foretell, recommend, amended, brilliant hands, in handy form, the least", []),
        ("tell", [(1, "tell")]),
    ],
)
def test_find_words(text, found):
    assert [(line, word) for line, word, _ in find_words(text)] == found


def test_results_and_outputs_of_notebooks_are_not_prose(tmp_path):
    result, config, notebook, image = (tmp_path / name for name in ("a.json", "b.json", "c.ipynb", "d.png"))
    result.write_text('{"command": "x", "rows": ["told"]}')
    config.write_text('{"_desc_": "told"}')
    notebook.write_text(json.dumps({"cells": [{"source": ["a\n", "told"], "outputs": ["anew"]}]}))
    image.write_bytes(b"\x89PNG\0 told")
    words = [[word for _, word, _ in find_words(prose_of(path))] for path in (result, config, notebook, image)]
    assert words == [[], ["told"], ["told"], []]
