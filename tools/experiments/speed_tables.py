"""The tables of speeds, from what the benchmarks measured."""

from collections.abc import Mapping

__all__ = ["BENCHMARKS", "speed"]

BENCHMARKS = ("segmentation", "engines", "memory", "features", "training", "stages")

_PEERS = {
    "floor": "the same network, bare calls of Pillow and torch",
    "bundle": "**the U-Net's bundle**",
    "zoo": "a bundle as the MONAI model zoo writes them, same network",
    "label": "the same by MONAI Label's stock task",
    "reference": "the recipe's U-Net (7.76 M parameters), bare calls",
    "psp_net": "torchxrayvision's PSPNet, network alone",
}

_ENGINES_IN = ("cxr_lung_segmentation_unet", "cxr_lung_segmentation_resunet")
_TRAINING = {
    "floor": "the same network, loss and optimizer, batches ready",
    "bundle": "**the U-Net's train.json**",
    "zoo": "a train.json as the MONAI model zoo writes them, same network",
}


def speed(*measured: Mapping) -> str:
    """
    Compare what a film takes.

    Parameters
    ----------
    *measured : mapping
        As the programs in tools/benchmarks write them, in the order of `BENCHMARKS`.
    """
    segmentation, engines, memory, features, training, stages = measured
    tables = (
        *(_peers(segmentation), _engines(engines), _memory(memory), _features(features)),
        *(_training(training), _end_to_end(stages), _stages(stages)),
    )
    return "\n\n".join("\n".join(lines) for lines in tables)


def _peers(segmentation: Mapping) -> list[str]:
    taken = segmentation["ms_per_film"]
    over = segmentation["over_bundle"] | {"bundle": {"median": 1}}
    lines = ["| lungs outlined and written | ms a film | times the bundle |", "|---|---|---|"]
    for name, words in _PEERS.items():
        if name in taken:
            lines.append(f"| {words} | {_ms(taken[name])} | {over[name]['median']:.2g} |")
    return lines


def _engines(engines: Mapping) -> list[str]:
    lines = [
        "| bundle by another engine | times as fast, U-Net | ResUNet | least Dice with torch, U-Net | ResUNet |",
        "|---|---|---|---|---|",
    ]
    found = [engines["bundles"][bundle] for bundle in _ENGINES_IN]
    for name in found[0]:
        if found[0][name]["times_as_fast"]:
            gains = [f"{measured[name]['times_as_fast']['median']:.2f}" for measured in found]
            least = [f"{measured[name]['least_dice']:.4f}" for measured in found]
            lines.append(f"| {name} | {' | '.join(gains + least)} |")
    return lines


def _memory(memory: Mapping) -> list[str]:
    lines = [
        "| freed memory kept for the next film | ms a film | times as fast as without | most memory, GB | without |",
        "|---|---|---|---|---|",
    ]
    for job, found in memory["jobs"].items():
        kept, without = (f"{found['peak_memory_mb'][how] / 1024:.1f}" for how in ("kept", "given back"))
        times = f"{_ms(found['ms_per_film']['kept'])} | {found['times_as_fast']['median']:.2f}"
        lines.append(f"| {job} | {times} | {kept} | {without} |")
    return lines


def _features(features: Mapping) -> list[str]:
    stock, own = (features[f"{name}_s_per_film"]["median"] * 1000 for name in ("pyradiomics", "chestxr"))
    lines = ["| pyradiomics' features, images and regions ready | ms a film | times chestxr |", "|---|---|---|"]
    lines.append(f"| **chestxr** | {own:.0f} | 1 |")
    lines.append(f"| stock pyradiomics, same numbers | {stock:.0f} | {features['ratio']['median']:.1f} |")
    by_processes, control = (features[f"{name}speed_up_by_processes"] for name in ("", "control_"))
    most = max(by_processes, key=int)
    gains = f"{by_processes[most]} times as fast; additions alone {control[most]}"
    return [*lines, "", f"By {most} processes instead of one, chestxr is {gains}."]


def _training(training: Mapping) -> list[str]:
    taken, over = training["ms_per_film"], {"floor": {"median": 1}} | training["over_floor"]
    lines = ["| an epoch of training | ms a film | times the floor |", "|---|---|---|"]
    for name, words in _TRAINING.items():
        lines.append(f"| {words} | {_ms(taken[name])} | {over[name]['median']:.3g} |")
    return lines


def _end_to_end(stages: Mapping) -> list[str]:
    usd = stages["usd_per_core_hour"]
    lines = [
        "| screened, DICOM to mask, SEG, SR and row | films a second and core | core-hours a million films | "
        f"USD a million films, at {usd:.2f} a core-hour | times the floor |",
        "|---|---|---|---|---|",
    ]
    for kind, found in stages["kinds"].items():
        lines.append(
            f"| {kind} | {found['films_per_second_per_core']:.1f} | {found['core_hours_per_million_films']:,} | "
            f"{found['usd_per_million_films']:.0f} | {found['over_floor']['median']:.2f} |"
        )
    return lines


def _stages(stages: Mapping) -> list[str]:
    kinds = stages["kinds"]
    names = list(next(iter(kinds.values()))["stages_ms_per_film"])
    lines = [f"| ms a film, one core | {' | '.join([*names, 'whole', 'pictures besides'])} |"]
    lines.append("|---" * (len(names) + 3) + "|")
    for kind, found in kinds.items():
        taken = [*found["stages_ms_per_film"].values(), found["ms_per_film"]["bundle"], found["pictures_ms_per_film"]]
        lines.append("| " + " | ".join([kind, *(f"{times['median']:.0f}" for times in taken)]) + " |")
    return lines


def _ms(times: Mapping[str, float]) -> str:
    return f"{times['median']:.0f} ({times['q25']:.0f} to {times['q75']:.0f})"
