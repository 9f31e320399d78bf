"""Refuse untrusted bundles: a bundle's JSON can execute code."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

__all__ = ["require_trust"]

# Written by tools/bundles/build.py.
_SHIPPED_SHA256 = Path(__file__).with_name("shipped.sha256")


def require_trust(config: Path, trusted: bool) -> None:
    """
    Raise an error unless a bundle's configuration is shipped with chestxr or trusted by the user.

    MONAI instantiates whichever class a configuration names as ``_target_`` and evaluates every string that begins with
    ``$`` as Python (https://docs.monai.io/en/stable/config_syntax.html), with the permissions of the user; this
    includes metadata.json. Reading weights and classifiers executes no code, so a copy of a shipped bundle may contain
    any of those.

    A configuration counts as shipped if a shipped file of the same name has the same SHA-256, wherever its folder is. A
    modified file in the package's own folder does not.

    Parameters
    ----------
    config : pathlib.Path
        The JSON to run, in a bundle's ``configs`` folder.
    trusted : bool
        Whether the user trusts it.

    Raises
    ------
    PermissionError
        If it, or the metadata.json next to it, is neither shipped nor trusted.
    """
    if trusted:
        return
    shipped = _shipped()
    for path in (config, config.with_name("metadata.json")):
        if path.is_file() and (sha256(path.read_bytes()).hexdigest(), path.name) not in shipped:
            expressions = sum(part.startswith("$") for part in _parts(json.loads(path.read_bytes())))
            raise PermissionError(
                f"{path}: found a bundle that is not shipped with chestxr, with {expressions} expressions that would "
                "run as Python code with your permissions; expected a shipped bundle or an identical copy; review it, "
                "and add --trust-bundle if you trust its author; in a clone that you modified, run "
                "python -m tools.bundles.build"
            )


def _shipped() -> set[tuple[str, str]]:
    """Return hash and file name of each shipped configuration."""
    lines = (line.split("  ", 1) for line in _SHIPPED_SHA256.read_text().splitlines())
    return {(digest, Path(path).name) for digest, path in lines}


def _parts(entry: object) -> Iterator[str]:
    if isinstance(entry, dict):
        entry = list(entry.values())
    if isinstance(entry, list):
        for part in entry:
            yield from _parts(part)
    elif isinstance(entry, str):
        yield entry
