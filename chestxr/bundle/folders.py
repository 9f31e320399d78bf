"""Locate bundle folders."""

from pathlib import Path

from .trust import require_trust

__all__ = ["SCREENING_BUNDLE", "bundle_folder", "shipped_bundles"]

SCREENING_BUNDLE = "cxr_tuberculosis_screening"

# In a clone this is a symbolic link to the top-level folder bundles; a wheel contains the files.
_SHIPPED = Path(__file__).with_name("shipped").resolve()


def shipped_bundles() -> dict[str, Path]:
    """Return the folders of the bundles that come with chestxr, by name."""
    return {path.parents[1].name: path.parents[1] for path in sorted(_SHIPPED.glob("*/configs/metadata.json"))}


def bundle_folder(name_or_folder: str | Path, trusted: bool = False, config: str = "inference.json") -> Path:
    """
    Return the folder of a trusted bundle.

    Parameters
    ----------
    name_or_folder : str or pathlib.Path
        A bundle's folder, or the name of a bundle in ``bundles/`` of the working directory or shipped with chestxr.
    trusted : bool, optional
        Whether the user trusts a bundle that is not shipped with chestxr.
    config : str, optional
        The configuration to run.

    Returns
    -------
    pathlib.Path
        The bundle's folder, with the configuration in its ``configs``.

    Raises
    ------
    FileNotFoundError
        If the bundle does not exist.
    PermissionError
        If it is neither shipped with chestxr nor trusted; see `chestxr.bundle.trust.require_trust`.
    """
    given = Path(name_or_folder).expanduser()
    for folder in (given, Path("bundles") / given, _SHIPPED / given):
        path = folder / "configs" / config
        if path.is_file():
            require_trust(path, trusted)
            return folder.absolute()
    raise FileNotFoundError(
        f"{name_or_folder}: found no bundle; expected configs/{config}; give a bundle's folder, or one of "
        + ", ".join(shipped_bundles())
    )
