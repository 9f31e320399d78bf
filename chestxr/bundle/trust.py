"""Whose bundles are run: a bundle's JSON is a program."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

__all__ = ["require_trust"]

# Written by tools/bundles/build.py.
_SHIPPED_SHA256 = Path(__file__).with_name("shipped.sha256")


def require_trust(config: Path, trusted: bool) -> None:
    """
    Refuse a bundle's configuration that neither comes with chestxr nor is vouched for.

    MONAI makes whatever a configuration names as ``_target_`` and evaluates every string that begins with ``$`` as
    Python (https://docs.monai.io/en/stable/config_syntax.html), with the rights of the user who runs it. Weights and
    classifiers are read without executing anything; so a copy of a shipped bundle may hold any of those. What
    metadata.json holds is evaluated too.

    A configuration comes with chestxr if a shipped one of the same file name has the same SHA-256, wherever its folder
    is. One in the package's own folder that was changed does not.

    Parameters
    ----------
    config : pathlib.Path
        The JSON that is to be run, in a bundle's folder ``configs``.
    trusted : bool
        Whether the user vouches for it.

    Raises
    ------
    PermissionError
        If it, or the metadata beside it, is neither a shipped one nor trusted.
    """
    if trusted:
        return
    shipped = _shipped()
    for path in (config, config.with_name("metadata.json")):
        if path.is_file() and (sha256(path.read_bytes()).hexdigest(), path.name) not in shipped:
            expressions = sum(part.startswith("$") for part in _parts(json.loads(path.read_bytes())))
            raise PermissionError(
                f"{path}: found a bundle that is not chestxr's, with {expressions} expressions that are run as "
                "Python, with your rights; expected a bundle of chestxr, or a copy with the same files; read it, and "
                "give --trust-bundle if you trust who wrote it; in a clone that you changed yourself, run "
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
