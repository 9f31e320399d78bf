"""Tables of the lesion bundle's model card, from rows of its results.json."""

__all__ = ["boxes", "controls", "sites"]

_SITES = {"tbx11k": "TBX11K", "montgomery": "Montgomery", "shenzhen": "Shenzhen"}


def boxes(rows: list[dict]) -> str:
    """Return the detection of boxes on validation and test films."""
    of_boxes = [row for row in rows if row["site"] == "tbx11k"]
    found = {(row["films"], row["metric"]): row for row in of_boxes}
    lines = ["| TBX11K | validation | n | test | n |", "|---|---|---|---|---|"]
    for metric in dict.fromkeys(row["metric"] for row in of_boxes):
        parts = [found[section, metric] for section in ("validation", "test")]
        lines.append(f"| {metric} | " + " | ".join(f"{_cell(row)} | {row['n']}" for row in parts) + " |")
    return "\n".join(lines)


def sites(rows: list[dict]) -> str:
    """Return the results on films of other sites."""
    lines = ["| site | films | measure | result | n |", "|---|---|---|---|---|"]
    for row in rows:
        if row["site"] != "tbx11k":
            lines.append(f"| {_site(row)} | {row['films']} | {row['metric']} | {_cell(row)} | {row['n']} |")
    return "\n".join(lines)


def controls(rows: list[dict], wrong: list[dict]) -> str:
    """Return the results of networks that were trained on wrong boxes, next to those of the shipped one."""
    shipped = {_measure(row): row for row in rows}
    lines = ["| films | measure | boxes of | result | n |", "|---|---|---|---|---|"]
    for row in wrong:
        title = f"| {_site(row)}, {row['films']} | {row['metric']}"
        for kind, found in (("the film itself (shipped)", shipped[_measure(row)]), ("another film (shuffled)", row)):
            lines.append(f"{title} | {kind} | {_cell(found)} | {found['n']} |")
    return "\n".join(lines)


def _site(row: dict) -> str:
    return _SITES.get(row["site"], row["site"])


def _measure(row: dict) -> tuple[str, str, str]:
    return row["site"], row["films"], row["metric"]


def _cell(row: dict) -> str:
    return f"{row['value']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"
