"""Knobs that are on or off."""

__all__ = ["switch"]


def switch(value: bool | str) -> bool:
    """
    Read a knob that is on or off, as JSON and Python write it: on the command line ``false`` is a word, which is true.

    Raises
    ------
    ValueError
        If it is neither.
    """
    words = {"true": True, "false": False}
    if str(value).lower() not in words:
        raise ValueError(f"found {value}; expected true or false")
    return words[str(value).lower()]
