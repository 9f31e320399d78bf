"""
Write the entries and files that the bundles share into each of them.

    python -m tools.bundles.build            # after any change in bundles/
    python -m tools.bundles.build --check    # writes nothing; lists files that differ, exits with status 1

A bundle must be self-contained: MONAI, MONAI Label and the model zoo copy a single folder. So each bundle has its own
copy of shared entries. This program writes every copy from one source, which is edited by hand. The source is a file of
a bundle too, not a template: the edited file is the one that runs.

- The U-Net's inference.json is the source of the network and of the transforms before and after it.
- The ResUNet's configurations equal the U-Net's except for the entries that ``COPIES`` lists as its own.
- The configurations of the screening and lesion bundles copy the shared entries and keep their own.
- LICENSE, logging.conf and the ResUNet's data_license.txt are copied as whole files.
- So are the weights of the networks that the screening and lesion bundles use: without them a fresh clone, the wheel
  and a copied bundle would need a build before they run. Git stores identical content once.
- chestxr/bundle/shipped.sha256 lists the SHA-256 of all configurations.

Text is copied, not values, which preserves line breaks. JSON has no comments, so copies are not marked; editing one
fails tests/bundle/test_configs.py, which names the file to change instead.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from .json_text import entries, entry, with_entry

__all__ = ["COPIES", "FILES", "Copy", "build", "differences", "main", "write"]

ROOT = Path(__file__).parents[2]
UNET, RESUNET = "bundles/cxr_lung_segmentation_unet", "bundles/cxr_lung_segmentation_resunet"
SCREENING = "bundles/cxr_tuberculosis_screening"
LESIONS = "bundles/cxr_tuberculosis_lesions"
SHIPPED_SHA256 = "chestxr/bundle/shipped.sha256"


@dataclass(frozen=True)
class Copy:
    """
    Entries that one configuration copies from another.

    Attributes
    ----------
    target, source : str
        The files, relative to the repository.
    own : tuple of str
        Entries that `target` keeps; "a#b" is the entry b of a.
    only : tuple of str
        The entries to copy; () for all that both files have, except `own`.
    whole : bool
        Whether `target` has all entries of `source`, in their order, and no others.
    section : str
        The entry of `target` that holds the copies, "" for the top level. References to entries of this section are
        rewritten: "@preprocessing" becomes "@validate#preprocessing".
    renamed : dict of str to str
        Names in `target` of copied entries that have another name there.
    """

    target: str
    source: str
    own: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    whole: bool = False
    section: str = ""
    renamed: dict[str, str] = field(default_factory=dict)


# The order matters: a source must be complete before it is copied.
COPIES = (
    Copy(
        f"{UNET}/configs/train.json",
        f"{UNET}/configs/inference.json",
        own=("imports", "output_dir", "data", "batch_size", "num_workers", "initialize", "run"),
    ),
    Copy(
        f"{UNET}/configs/train.json",
        f"{UNET}/configs/inference.json",
        only=("inferer", "lung_transforms"),
        section="validate",
    ),
    Copy(f"{UNET}/configs/multi_gpu_evaluate.json", f"{UNET}/configs/multi_gpu_train.json"),
    *(
        Copy(f"{RESUNET}/configs/{name}.json", f"{UNET}/configs/{name}.json", own=own, whole=True)
        for name, own in {
            "inference": ("network_def",),
            "train": ("run_name", "network_def"),
            "evaluate": (),
            "multi_gpu_train": (),
            "multi_gpu_evaluate": (),
            "metadata": ("version", "changelog", "name", "description", "eval_metrics", "references"),
        }.items()
    ),
    Copy(f"{RESUNET}/configs/train.json", f"{RESUNET}/configs/inference.json", only=("network_def",)),
    Copy(
        f"{LESIONS}/configs/inference.json",
        f"{UNET}/configs/inference.json",
        only=("load_transforms", "initialize"),
    ),
    Copy(
        f"{LESIONS}/configs/inference.json",
        f"{UNET}/configs/inference.json",
        only=("network_def", "image_size"),
        renamed={"network_def": "lung_network_def", "image_size": "lung_size"},
    ),
    Copy(
        f"{SCREENING}/configs/inference.json",
        f"{UNET}/configs/inference.json",
        own=(
            "imports",
            "load_transforms",
            "dataloader#batch_size",
            "dataloader#description",
            "algorithm",
            "result_transforms",
            "handlers",
        ),
    ),
    Copy(
        f"{SCREENING}/configs/inference.json",
        f"{LESIONS}/configs/inference.json",
        only=("network_def", "film_size", "image_size"),
        renamed={"network_def": "lesion_network_def", "image_size": "lesion_size"},
    ),
    Copy(
        f"{SCREENING}/configs/train.json",
        f"{SCREENING}/configs/inference.json",
        own=("imports", "output_dir", "data", "num_workers", "load_transforms", "run"),
    ),
    Copy(f"{SCREENING}/configs/train.json", f"{UNET}/configs/inference.json", only=("load_transforms",)),
    Copy(
        f"{SCREENING}/configs/train.json",
        f"{SCREENING}/configs/inference.json",
        only=("inferer", "lung_transforms"),
        section="train",
    ),
    Copy(
        f"{SCREENING}/configs/train_view.json",
        f"{SCREENING}/configs/inference.json",
        only=(
            "bundle_root",
            "device",
            "image_size",
            "view_size",
            "view_network_def",
            "resize_transforms",
            "initialize",
        ),
    ),
    Copy(f"{SCREENING}/configs/train_view.json", f"{UNET}/configs/inference.json", only=("load_transforms",)),
    Copy(
        f"{LESIONS}/configs/train.json",
        f"{LESIONS}/configs/inference.json",
        own=("imports", "output_dir", "data", "image_transforms", "batch_size", "num_workers", "initialize", "run"),
    ),
    Copy(
        f"{LESIONS}/configs/train.json",
        f"{LESIONS}/configs/inference.json",
        only=("inferer", "mark_transforms"),
        section="validate",
    ),
    *(
        Copy(f"{LESIONS}/configs/{name}.json", f"{UNET}/configs/{name}.json", whole=True)
        for name in ("multi_gpu_train", "multi_gpu_evaluate")
    ),
    Copy(
        f"{LESIONS}/configs/metadata.json",
        f"{UNET}/configs/metadata.json",
        own=(
            "version",
            "changelog",
            "name",
            "task",
            "description",
            "license",
            "data_source",
            "image_classes",
            "label_classes",
            "pred_classes",
            "eval_metrics",
            "references",
            "network_data_format",
        ),
    ),
    Copy(
        f"{SCREENING}/configs/metadata.json",
        f"{UNET}/configs/metadata.json",
        own=(
            "version",
            "changelog",
            "required_packages_version#pyradiomics-bhklab",
            "name",
            "task",
            "description",
            "license",
            "data_source",
            "eval_metrics",
            "references",
            "network_data_format#outputs#tuberculosis",
        ),
    ),
)

# Copies of whole files, by source.
FILES = {
    "LICENSE": tuple(f"{bundle}/LICENSE" for bundle in (UNET, RESUNET, SCREENING, LESIONS)),
    f"{UNET}/configs/logging.conf": tuple(f"{bundle}/configs/logging.conf" for bundle in (RESUNET, SCREENING, LESIONS)),
    f"{UNET}/docs/data_license.txt": (f"{RESUNET}/docs/data_license.txt",),
    f"{UNET}/models/model.pt": (f"{SCREENING}/models/model.pt", f"{LESIONS}/models/lungs.pt"),
    f"{LESIONS}/models/model.pt": (f"{SCREENING}/models/lesions.pt",),
}


def build(root: Path = ROOT) -> dict[str, bytes]:
    """
    Return the expected content of all files that hold copies, by path.

    Parameters
    ----------
    root : pathlib.Path, optional
        The repository.
    """
    built: dict[str, bytes] = {}

    def text(path: str) -> str:
        return (built.get(path) or (root / path).read_bytes()).decode()

    for copy in COPIES:
        built[copy.target] = _copied(copy, text(copy.target), text(copy.source)).encode()
    for source, copies in FILES.items():
        built |= dict.fromkeys(copies, (root / source).read_bytes())
    built[SHIPPED_SHA256] = _hashes(root, built).encode()
    return built


def _copied(copy: Copy, target: str, source: str) -> str:
    """Return a configuration with the entries copied from another."""
    if copy.whole:
        for name in copy.own:
            source = with_entry(source, (name,), entry(target, (name,)))
        return source
    section = (copy.section,) if copy.section else ()
    here = entries(target, section)
    for name in copy.only or [name for name in entries(source) if name in here]:
        for path in _taken((name,), copy, target, source):
            value = entry(source, path)
            if copy.section:
                value = re.sub(rf"@({'|'.join(here)})\b", rf"@{copy.section}#\1", value)
            target = with_entry(target, (*section, copy.renamed.get(path[0], path[0]), *path[1:]), value)
    return target


def _taken(path: tuple[str, ...], copy: Copy, target: str, source: str) -> Iterator[tuple[str, ...]]:
    """Yield the paths to copy for an entry: the entry itself, unless parts of it are the target's own."""
    name = "#".join(path)
    if name in copy.own:
        return
    if not any(own.startswith(f"{name}#") for own in copy.own):
        yield path
        return
    here = entries(target, path)
    for part in entries(source, path):
        if part in here:
            yield from _taken((*path, part), copy, target, source)


def _hashes(root: Path, built: dict[str, bytes]) -> str:
    """Return the SHA-256 list of the configurations, formatted as by sha256sum in the folder bundles."""
    paths = sorted(path.relative_to(root).as_posix() for path in root.glob("bundles/*/configs/*") if path.is_file())
    contents = {path: built.get(path) or (root / path).read_bytes() for path in paths}
    return "".join(
        f"{sha256(content).hexdigest()}  {path.removeprefix('bundles/')}\n" for path, content in contents.items()
    )


def differences(root: Path = ROOT) -> list[str]:
    """Return one message for each file that differs from the build, with the file to change instead."""
    sources = {SHIPPED_SHA256: ["bundles/*/configs"]}
    for copy in COPIES:
        sources.setdefault(copy.target, []).append(copy.source)
    sources |= {copy: [source] for source, copies in FILES.items() for copy in copies}
    return [
        f"{path}: found changes; expected copies of {' and '.join(dict.fromkeys(sources[path]))}; "
        "change that, then run python -m tools.bundles.build"
        for path in _differing(root)
    ]


def write(root: Path = ROOT) -> list[str]:
    """Write the files that differ from the build, and return their paths."""
    differing = _differing(root)
    for path, content in differing.items():
        (root / path).write_bytes(content)
    return list(differing)


def _differing(root: Path) -> dict[str, bytes]:
    """Return the expected content of files that differ from the build, by path."""
    return {
        path: content
        for path, content in build(root).items()
        if not (root / path).is_file() or (root / path).read_bytes() != content
    }


def main() -> None:
    """Write the copies and print those that changed, or only report those that differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with status 1 if a file differs")
    if parser.parse_args().check:
        sys.exit("\n".join(differences()) or None)
    for path in write():
        print(path)


if __name__ == "__main__":
    main()
