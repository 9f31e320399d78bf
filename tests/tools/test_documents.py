"""The READMEs and model cards name commands, options, files and sections that exist."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from chestxr.cli import app

from .repository import REPOSITORY

DOCUMENTS = [
    REPOSITORY / name
    for name in subprocess.check_output(["git", "ls-files", "*.md"], cwd=REPOSITORY, text=True).splitlines()
    if name != "chestxr/CHANGELOG.md"
]
BUNDLES = sorted((REPOSITORY / "bundles").iterdir())
each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))


def commands_of(text: str) -> list[list[str]]:
    """Return the words of each line of a code block, and of each code span."""
    blocks = re.findall(r"^```bash\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    spans = re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    lexers = [shlex.shlex(line, posix=True, punctuation_chars=False) for line in lines]
    for lexer in lexers:
        lexer.whitespace_split = True
    return [list(lexer) for lexer in lexers] + [span.split() for span in spans]


def options_of(words: list[str]) -> list[str]:
    return [word for word in words if word.startswith("--") and word != "--help"]


def entry(configuration: dict, name: str):
    """Return an entry of a configuration; raise KeyError or IndexError if there is none."""
    value = configuration
    for part in name.split("#"):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def merged(configurations: list[Path]) -> dict:
    return {name: value for path in configurations for name, value in json.loads(path.read_text()).items()}


@each_document
def test_links(path):
    for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
        if link.startswith("https://"):
            continue
        name, _, section = link.partition("#")
        linked = path.parent / name if name else path
        assert linked.exists(), link
        if section:
            titles = re.findall(r"^#+ (.*)$", linked.read_text(), re.MULTILINE)
            assert section in [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles], link


@each_document
def test_commands_of_chestxr(path):
    for words in commands_of(path.read_text()):
        if words[:1] != ["chestxr"] or len(words) == 1:
            continue
        command, rest = get_command(app), words[1:]
        while hasattr(command, "commands"):
            command = command.commands[rest.pop(0)]
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(options_of(rest)) <= known, words


@each_document
def test_programs_in_tools(path):
    for words in commands_of(path.read_text()):
        if words[:2] == ["python", "-m"] and words[2].startswith("tools.") and "$" not in words[2]:
            program = REPOSITORY / (words[2].replace(".", "/") + ".py")
            source = program.read_text()
            assert all(f'"{option}"' in source for option in options_of(words)), words
        elif words and words[0] in ("bash", "python", "source") and words[1:2] and words[1].startswith("tools/"):
            assert (REPOSITORY / words[1]).is_file(), words


@each_document
def test_overrides_of_bundles(path):
    """Each override is an entry of the configurations that the command names, in the card's bundle or a named one."""
    for words in commands_of(path.read_text()):
        if "--config_file" not in words:
            continue
        line = " ".join(words).replace("$BUNDLE/", "bundles/cxr_lung_segmentation_unet/")
        folder = REPOSITORY if "bundles/" in line else path.parents[1]
        names = re.findall(r"[\w/]*configs/\w+\.json", line)
        configuration = merged([folder / name for name in names])
        for option in options_of(words):
            if option != "--config_file" and not option.startswith("--nproc"):
                entry(configuration, option[2:])


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.name)
def test_overrides_in_the_tables_of_a_card(bundle):
    configuration = merged([bundle / "configs" / f"{name}.json" for name in ("train", "evaluate", "inference")])
    spans = [words for words in commands_of((bundle / "docs" / "README.md").read_text()) if words[:1] != ["python"]]
    names = {option[2:] for words in spans if words and words[0].startswith("--") for option in options_of(words)}
    assert {"save_overlay", "bundle_root"} <= names
    for name in names:
        entry(configuration, name)
