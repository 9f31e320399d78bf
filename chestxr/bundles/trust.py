"""Whose bundles are run: a bundle's JSON is a program."""

import json
from collections.abc import Iterator
from pathlib import Path

__all__ = ["SHIPPED", "require_trust"]

SHIPPED = Path(__file__).parents[2] / "bundles"


def require_trust(config: Path, trusted: bool) -> None:
    """
    Refuse a bundle's configuration that neither comes with chestxr nor is vouched for.

    MONAI makes whatever a configuration names as ``_target_`` and evaluates every string that begins with ``$`` as
    Python (https://docs.monai.io/en/stable/config_syntax.html), with the rights of the user who runs it. Weights and
    classifiers are read without executing anything; so a copy of a shipped bundle may hold any of those. What
    metadata.json holds is evaluated too.

    Parameters
    ----------
    config : pathlib.Path
        The JSON that is to be run, in a bundle's folder ``configs``.
    trusted : bool
        Whether the user vouches for it.

    Raises
    ------
    PermissionError
        If it is neither one of `SHIPPED`, nor the same as one byte for byte, its metadata included, nor trusted.
    """
    if trusted or config.resolve().is_relative_to(SHIPPED.resolve()):
        return
    metadata = config.with_name("metadata.json")
    for path in (config, metadata):
        if path.is_file() and not _is_same_as_a_shipped(path):
            expressions = sum(part.startswith("$") for part in _parts(json.loads(path.read_bytes())))
            raise PermissionError(
                f"{path}: found a bundle that is not chestxr's, with {expressions} expressions that are run as "
                "Python, with your rights; expected a bundle of chestxr, or a copy with the same files; read it, and "
                "give --trust-bundle if you trust who wrote it"
            )


def _is_same_as_a_shipped(path: Path) -> bool:
    content = path.read_bytes()
    return any(content == shipped.read_bytes() for shipped in SHIPPED.glob(f"*/configs/{path.name}"))


def _parts(entry: object) -> Iterator[str]:
    if isinstance(entry, dict):
        entry = list(entry.values())
    if isinstance(entry, list):
        for part in entry:
            yield from _parts(part)
    elif isinstance(entry, str):
        yield entry
