"""The tables of broken files, from what the programs in tools/fuzzing found."""

from collections.abc import Mapping

__all__ = ["FOUND", "broken_files"]

# Results in tools/fuzzing, in the order in which `broken_files` takes them.
FOUND = ("results", "results_unseen", "guided", "outlines", "outlines_unseen")
_CLAIMED = ("dicom", "png", "nifti")
_SEEDS = (
    "the seed that was looked at while the readers were mended",
    "a seed that was first drawn after the last mend",
)


def broken_files(*found: Mapping) -> str:
    """
    Tell what broken files came to, and what outlines those have that are read all the same.

    Parameters
    ----------
    *found : mapping
        As the programs in tools/fuzzing write them, in the order of `FOUND`.
    """
    *fuzzed, guided = found[:3]
    tables = (
        [*_READ, *map(_fuzzed, fuzzed, _SEEDS), _guided(guided)],
        [*_OUTLINED, *map(_outlined, found[3:], _SEEDS)],
    )
    return "\n\n".join("\n".join(lines) for lines in tables)


_READ = (
    "| broken files | refused | read, the pixels of the whole film | read, others for which the file accounts "
    "| crashed, hung, told a name, wrong in silence |",
    "|---|---|---|---|---|",
)
_OUTLINED = (
    "| chest films among them, read with other pixels | outlined alike | otherwise, with a warning "
    "| otherwise, without |",
    "|---|---|---|---|",
)


def _fuzzed(results: Mapping, seed: str) -> str:
    outcomes, formats = results["outcomes"], results["formats"]
    claimed = sum(sum(formats[name].values()) for name in _CLAIMED)
    counts = (outcomes[kind] for kind in ("refused", "accepted, same", "accepted, changed"))
    files = f"{results['files']:,} of {seed}; {claimed:,} are DICOM, PNG or NIfTI"
    return _row(files, *counts, sum(results["findings"].values()))


def _guided(guided: Mapping) -> str:
    outcomes = guided["outcomes"]
    read = f"{outcomes['accepted']:,}, pixels not judged"
    findings = guided["files"] - outcomes["refused"] - outcomes["accepted"]
    return _row(f"{guided['files']:,} by atheris", outcomes["refused"], read, "", findings)


def _outlined(outlines: Mapping, seed: str) -> str:
    masks = outlines["masks"]
    kinds = ("alike", "unlike, with a warning", "unlike, without a warning")
    return _row(f"{outlines['films']:,} of {seed}", *(masks.get(kind, 0) for kind in kinds))


def _row(*cells: str | int) -> str:
    return f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else cell for cell in cells)} |"
