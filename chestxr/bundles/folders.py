"""Where the bundles are."""

from pathlib import Path

__all__ = ["SCREENING_BUNDLE", "bundle_folder"]

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
    clone = Path(__file__).parents[2]
    for folder in (given, Path("bundles") / given, clone / "bundles" / given):
        if (folder / "configs" / "inference.json").is_file():
            return folder.absolute()
    raise FileNotFoundError(
        f"{name_or_folder}: no bundle; expected configs/inference.json; give a bundle's folder, or run in the clone"
    )
