"""The side and zone that a Shenzhen film's reading names."""

import re

__all__ = ["named_side", "named_zone"]

_ZONE = re.compile(r"\b(right|left)\s+(upper|middle|lower)\b")


def named_side(reading: str) -> str:
    """Return "right" or "left" if a reading of tuberculosis names only that side, else ""."""
    text = reading.lower()
    sides = {side for side in ("right", "left") if re.search(rf"\b{side}\b", text)}
    if "bilateral" in text or "tb" not in text or len(sides) != 1:
        return ""
    return sides.pop()


def named_zone(reading: str) -> str:
    """Return the zone, such as "right_upper", if a reading of tuberculosis names one and nothing else, else ""."""
    zones = set(_ZONE.findall(reading.lower()))
    return "_".join(zones.pop()) if named_side(reading) and len(zones) == 1 else ""
