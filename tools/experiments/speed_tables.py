"""Tables of tools/benchmarks/README.md."""

from collections.abc import Callable, Mapping

__all__ = ["TABLES"]

_PEERS = {
    "floor": "baseline: the same network, direct calls of Pillow and torch",
    "bundle": "**U-Net bundle**",
    "zoo": "bundle in the style of the MONAI model zoo, same network",
    "label": "MONAI Label's stock inference task, same bundle",
    "reference": "reference U-Net (7.76 M parameters), direct calls",
    "psp_net": "PSPNet of torchxrayvision, network only",
}

_ENGINES_IN = ("cxr_lung_segmentation_unet", "cxr_lung_segmentation_resunet")
_TRAINING = {
    "floor": "baseline: the same network, loss and optimizer, batches in memory",
    "bundle": "**train.json of the U-Net bundle**",
    "zoo": "train.json in the style of the MONAI model zoo, same network",
}


def _peers(segmentation: Mapping) -> str:
    taken = segmentation["ms_per_film"]
    over = segmentation["over_bundle"] | {"bundle": {"median": 1}}
    lines = ["| lungs segmented and mask written | ms per film | relative to the bundle |", "|---|---|---|"]
    for name, words in _PEERS.items():
        if name in taken:
            lines.append(f"| {words} | {_ms(taken[name])} | {over[name]['median']:.2g} |")
    return "\n".join(lines)


def _engines(engines: Mapping) -> str:
    lines = [
        "| inference engine | speed-up, U-Net | speed-up, ResUNet | lowest Dice against torch, U-Net | ResUNet |",
        "|---|---|---|---|---|",
    ]
    found = [engines["bundles"][bundle] for bundle in _ENGINES_IN]
    for name in found[0]:
        if found[0][name]["times_as_fast"]:
            gains = [f"{measured[name]['times_as_fast']['median']:.2f}" for measured in found]
            least = [f"{measured[name]['least_dice']:.4f}" for measured in found]
            lines.append(f"| {name} | {' | '.join(gains + least)} |")
    return "\n".join(lines)


def _memory(memory: Mapping) -> str:
    lines = [
        "| freed memory kept | ms per film | speed-up | peak memory, GB | peak memory without, GB |",
        "|---|---|---|---|---|",
    ]
    for job, found in memory["jobs"].items():
        kept, without = (f"{found['peak_memory_mb'][how] / 1024:.1f}" for how in ("kept", "given back"))
        times = f"{_ms(found['ms_per_film']['kept'])} | {found['times_as_fast']['median']:.2f}"
        lines.append(f"| {job} | {times} | {kept} | {without} |")
    return "\n".join(lines)


def _features(features: Mapping) -> str:
    stock, own = (features[f"{name}_s_per_film"]["median"] * 1000 for name in ("pyradiomics", "chestxr"))
    lines = [
        "| pyradiomics' features, filtered images and regions given | ms per film | relative to chestxr |",
        "|---|---|---|",
    ]
    lines.append(f"| **chestxr** | {own:.0f} | 1 |")
    lines.append(f"| pyradiomics, same values | {stock:.0f} | {features['ratio']['median']:.1f} |")
    by_processes, control = (features[f"{name}speed_up_by_processes"] for name in ("", "control_"))
    most = max(by_processes, key=int)
    gains = f"{by_processes[most]} times as fast as one; a loop of additions is {control[most]} times as fast"
    return "\n".join([*lines, "", f"With {most} processes, chestxr is {gains}."])


def _feature_peers(result: Mapping) -> str:
    lines = [
        "| library | time relative to pyradiomics | features in common | off by more than 1e-9 | by more than 0.1% |",
        "|---|---|---|---|---|",
    ]
    for name, found in result["peers"].items():
        ratio = found["time_relative_to_pyradiomics"]["median"]
        off = f"{found['off_by_more_than_1e-09']} | {found['off_by_more_than_0.001']}"
        lines.append(f"| {name} | {ratio:.2f} | {found['features_in_common']} | {off} |")
    return "\n".join(lines)


def _earlier_commit(result: Mapping) -> str:
    lines = ["| processor seconds, or MB | then | now | ratio |", "|---|---|---|---|"]
    for name, found in result["measured"].items():
        digits = 0 if "memory" in name else 2
        values = " | ".join(f"{found[when]['median']:.{digits}f}" for when in ("earlier", "now"))
        lines.append(f"| {name} | {values} | {found['ratio']['median']:.1f} |")
    return "\n".join(lines)


def _decoders(result: Mapping) -> str:
    lines = ["| encoding, lossless | MB per film | decoder | ms per film |", "|---|---|---|---|"]
    for encoding, found in result["encodings"].items():
        for name, taken in found["ms_per_film"].items():
            lines.append(f"| {encoding} | {found['MB']:.1f} | {name} | {_ms(taken)} |")
    return "\n".join(lines)


def _lower_resolution(result: Mapping) -> str:
    lines = [
        "| compared with the film decoded in full | difference of scores, median | largest | decisions that differ "
        "| warnings that differ | Dice of masks, median | lowest |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, found in result["compared"].items():
        scores, masks = found["probability, absolute difference"], found["Dice of masks"]
        counts = f"{found['decisions that differ']} | {found['warnings that differ']}"
        lines.append(
            f"| {name} | {scores['median']:.4f} | {scores['largest']:.3f} | {counts} | {masks['median']:.4f} | "
            f"{masks['lowest']:.4f} |"
        )
    return "\n".join(lines)


def _earlier_stages(result: Mapping) -> str:
    kinds = dict.fromkeys(name.split(": ")[0] for name in result["stages"])
    lines = [
        "| ms per film | " + " | ".join(f"{kind}: then | now" for kind in kinds) + " |",
        "|---" * (1 + 2 * len(kinds)) + "|",
    ]
    for stage in dict.fromkeys(name.split(": ")[1] for name in result["stages"]):
        found = [result["stages"][f"{kind}: {stage}"] for kind in kinds]
        cells = [f"{1000 * of_kind[when]['median']:.0f}" for of_kind in found for when in ("earlier", "now")]
        lines.append(f"| {stage} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _training(training: Mapping) -> str:
    taken, over = training["ms_per_film"], {"floor": {"median": 1}} | training["over_floor"]
    lines = ["| training, one epoch | ms per film | relative to the baseline |", "|---|---|---|"]
    for name, words in _TRAINING.items():
        lines.append(f"| {words} | {_ms(taken[name])} | {over[name]['median']:.3g} |")
    return "\n".join(lines)


def _cost(stages: Mapping) -> str:
    usd = stages["usd_per_core_hour"]
    lines = [
        "| screening, from DICOM to mask, SEG, SR and table row | films per second per core "
        "| core-hours per million films "
        f"| USD per million films, at {usd:.2f} per core-hour | relative to the baseline |",
        "|---|---|---|---|---|",
    ]
    for kind, found in stages["kinds"].items():
        lines.append(
            f"| {kind} | {found['films_per_second_per_core']:.1f} | {found['core_hours_per_million_films']:,} | "
            f"{found['usd_per_million_films']:.0f} | {found['over_floor']['median']:.2f} |"
        )
    return "\n".join(lines)


def _stages(stages: Mapping) -> str:
    kinds = stages["kinds"]
    names = list(next(iter(kinds.values()))["stages_ms_per_film"])
    lines = [f"| ms per film, one core | {' | '.join([*names, 'total', 'plus overlays and zone maps'])} |"]
    lines.append("|---" * (len(names) + 3) + "|")
    for kind, found in kinds.items():
        taken = [*found["stages_ms_per_film"].values(), found["ms_per_film"]["bundle"], found["pictures_ms_per_film"]]
        lines.append("| " + " | ".join([kind, *(f"{times['median']:.0f}" for times in taken)]) + " |")
    return "\n".join(lines)


def _ms(times: Mapping[str, float]) -> str:
    return f"{times['median']:.0f} ({times['q25']:.0f} to {times['q75']:.0f})"


# By the name of the table: the result in tools/benchmarks, and the function that prints it.
TABLES: dict[str, tuple[str, Callable[[Mapping], str]]] = {
    "segmentation": ("segmentation", _peers),
    "engines": ("engines", _engines),
    "memory": ("memory", _memory),
    "features": ("features", _features),
    "feature_peers": ("feature_peers", _feature_peers),
    "earlier_commit": ("earlier_commit", _earlier_commit),
    "earlier_stages": ("earlier_commit", _earlier_stages),
    "decoders": ("decoders", _decoders),
    "lower_resolution": ("lower_resolution", _lower_resolution),
    "training": ("training", _training),
    "cost": ("stages", _cost),
    "stages": ("stages", _stages),
}
