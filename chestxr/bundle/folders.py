"""Where the bundles are."""

from pathlib import Path

from .trust import require_trust

__all__ = ["SCREENING_BUNDLE", "bundle_folder", "shipped_bundles"]

SCREENING_BUNDLE = "cxr_tuberculosis_screening"

# In a clone a symbolic link to the top-level folder bundles; a wheel holds the files themselves.
_SHIPPED = Path(__file__).with_name("shipped").resolve()


def shipped_bundles() -> dict[str, Path]:
    """Return the folders of the bundles that come with chestxr, by name."""
    return {path.parents[1].name: path.parents[1] for path in sorted(_SHIPPED.glob("*/configs/metadata.json"))}


def bundle_folder(name_or_folder: str | Path, trusted: bool = False, config: str = "inference.json") -> Path:
    """
    Find a bundle that may be run.

    Parameters
    ----------
    name_or_folder : str or pathlib.Path
        A bundle's folder; or a bundle's name, looked for in ``bundles/`` of the working directory and among those that
        come with chestxr.
    trusted : bool, optional
        Whether the user vouches for a bundle that is not chestxr's.
    config : str, optional
        The configuration that is to be run.

    Returns
    -------
    pathlib.Path
        The bundle's folder, with the configuration in its ``configs``.

    Raises
    ------
    FileNotFoundError
        If there is none.
    PermissionError
        If it is not chestxr's, and is not trusted: see `chestxr.bundle.trust.require_trust`.
    """
    given = Path(name_or_folder).expanduser()
    for folder in (given, Path("bundles") / given, _SHIPPED / given):
        path = folder / "configs" / config
        if path.is_file():
            require_trust(path, trusted)
            return folder.absolute()
    raise FileNotFoundError(
        f"{name_or_folder}: no bundle; expected configs/{config}; give a bundle's folder, or one of "
        + ", ".join(shipped_bundles())
    )
