"""The table of speeds, from what the benchmarks measured."""

from collections.abc import Mapping

__all__ = ["speed"]

_PEERS = {
    "floor": "the same network, bare calls of Pillow and torch",
    "bundle": "**the U-Net's bundle**",
    "bundle_onnx": "the bundle with `inference_onnx.json`",
    "zoo": "a bundle as the MONAI model zoo writes them, same network",
    "reference": "the recipe's U-Net (7.76 M parameters), bare calls",
    "psp_net": "torchxrayvision's PSPNet, network alone",
}


def speed(segmentation: Mapping, features: Mapping) -> str:
    """
    Compare what a film takes.

    Parameters
    ----------
    segmentation, features : mapping
        As tools/benchmarks/segmentation.py and features.py write them.
    """
    taken = segmentation["ms_per_film"]
    lines = ["| lungs outlined and written | ms a film | times the bundle |", "|---|---|---|"]
    for name, words in _PEERS.items():
        times = taken[name]["median"] / taken["bundle"]["median"]
        lines.append(f"| {words} | {_ms(taken[name])} | {times:.2g} |")
    stock, own = (features[f"{name}_s_per_film"]["median"] * 1000 for name in ("pyradiomics", "chestxr"))
    lines += ["", "| features measured | ms a film | times chestxr |", "|---|---|---|"]
    lines.append(f"| **chestxr** | {own:.0f} | 1 |")
    ratio = features["ratio"]
    lines.append(f"| stock pyradiomics, same numbers | {stock:.0f} | {ratio['median']:.1f} |")
    return "\n".join(lines)


def _ms(times: Mapping[str, float]) -> str:
    return f"{times['median']:.0f} ({times['q25']:.0f} to {times['q75']:.0f})"
