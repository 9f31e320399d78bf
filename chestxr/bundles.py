"""Where the bundles are, and what their JSON needs of Python."""

from pathlib import Path

__all__ = ["SCREENING_BUNDLE", "bundle_folder", "switch"]

SCREENING_BUNDLE = "cxr_tuberculosis_screening"


def bundle_folder(name_or_folder: str | Path) -> Path:
    """
    Find a bundle.

    Parameters
    ----------
    name_or_folder : str or pathlib.Path
        A bundle's folder; or a bundle's name, looked for in ``bundles/`` of the working directory and of the clone that
        this package runs from.

    Returns
    -------
    pathlib.Path
        The bundle's folder, with ``configs/inference.json``.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    given = Path(name_or_folder).expanduser()
    clone = Path(__file__).parents[1]
    for folder in (given, Path("bundles") / given, clone / "bundles" / given):
        if (folder / "configs" / "inference.json").is_file():
            return folder.absolute()
    raise FileNotFoundError(
        f"{name_or_folder}: no bundle; expected configs/inference.json; give a bundle's folder, or run in the clone"
    )


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
