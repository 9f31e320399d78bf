"""Links in the repository's documents lead to files and headings that exist."""

import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
LISTED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
    cwd=REPOSITORY,
    capture_output=True,
    text=True,
).stdout.split()
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def _links(document: Path) -> list[str]:
    text = _CODE.sub("", document.read_text())
    found = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'<img src="([^"]+)"', text)
    return [link for link in found if not re.match(r"\w+:", link)]


def _anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", document.read_text(), flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _target(document: Path, link: str) -> tuple[Path, str]:
    path, _, anchor = link.partition("#")
    return (document.parent / path).resolve() if path else document, anchor


def test_documents_are_found():
    assert {"README.md", "tools/CONTRIBUTING.md", "chestxr/screening/README.md"} <= set(LISTED)


@pytest.mark.parametrize("name", LISTED)
def test_links_lead_somewhere(name):
    document = REPOSITORY / name
    broken = []
    for link in _links(document):
        path, anchor = _target(document, link)
        if not path.exists() or (anchor and anchor not in _anchors(path)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("name", [name for name in LISTED if name.startswith("bundles/")])
def test_a_bundles_documents_link_to_nothing_outside_the_bundle(name):
    """A bundle travels alone: in a wheel, or copied to another program."""
    document = REPOSITORY / name
    bundle = REPOSITORY.joinpath(*Path(name).parts[:2])
    outside = [link for link in _links(document) if not _target(document, link)[0].is_relative_to(bundle)]
    assert not outside
