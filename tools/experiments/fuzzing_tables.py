"""Tables of the results of the programs in tools/fuzzing."""

from collections.abc import Mapping

__all__ = ["FOUND", "broken_files"]

# Results in tools/fuzzing, in the order in which `broken_files` takes them.
FOUND = ("results", "results_unseen", "guided", "outlines", "outlines_unseen")
_CLAIMED = ("dicom", "png", "nifti")
# The readers were fixed while looking at the first seed; the second was first drawn after the last fix.
_SEEDS = ("development seed", "unseen seed")


def broken_files(*found: Mapping) -> str:
    """
    Return two tables: how broken files were read, and how lungs were segmented on those that were read.

    Parameters
    ----------
    *found : mapping
        As the programs in tools/fuzzing write them, in the order of `FOUND`.
    """
    *fuzzed, guided = found[:3]
    tables = (
        [*_READ, *map(_fuzzed, fuzzed, _SEEDS), _guided(guided)],
        [*_SEGMENTED, *map(_segmented, found[3:], _SEEDS)],
    )
    return "\n\n".join("\n".join(lines) for lines in tables)


_READ = (
    "| broken files | refused | read, same pixels as the intact film | read, other pixels, explained by the change "
    "| crashed, hung, leaked a name, wrong without an error |",
    "|---|---|---|---|---|",
)
_SEGMENTED = (
    "| chest films among them, read with other pixels | same lungs | other lungs, with a warning "
    "| other lungs, without a warning |",
    "|---|---|---|---|",
)


def _fuzzed(results: Mapping, seed: str) -> str:
    outcomes, formats = results["outcomes"], results["formats"]
    claimed = sum(sum(formats[name].values()) for name in _CLAIMED)
    counts = (outcomes[kind] for kind in ("refused", "accepted, same", "accepted, changed"))
    files = f"{seed}: {results['files']:,} files, {claimed:,} of them DICOM, PNG or NIfTI"
    return _row(files, *counts, sum(results["findings"].values()))


def _guided(guided: Mapping) -> str:
    outcomes = guided["outcomes"]
    read = f"{outcomes['accepted']:,}, pixels not checked"
    findings = guided["files"] - outcomes["refused"] - outcomes["accepted"]
    return _row(f"atheris: {guided['files']:,} files", outcomes["refused"], read, "", findings)


def _segmented(outlines: Mapping, seed: str) -> str:
    masks = outlines["masks"]
    kinds = ("alike", "unlike, with a warning", "unlike, without a warning")
    return _row(f"{seed}: {outlines['films']:,} films", *(masks.get(kind, 0) for kind in kinds))


def _row(*cells: str | int) -> str:
    return f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else cell for cell in cells)} |"
