"""``chestxr tb``: the tuberculosis classifier."""

from pathlib import Path
from typing import Annotated

import typer

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder

from .options import TrustBundle, console, or_exit

__all__ = ["app"]

app = typer.Typer(help="Tuberculosis screening: adapt to a site. Research use only.", no_args_is_help=True)


@app.command("adapt")
def adapt(
    films: Annotated[Path, typer.Argument(help="Films of the site, without labels.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Site scale to write (JSON).", show_default=False)],
    bundle: Annotated[str, typer.Option(help="Screening bundle that will use it: name or folder.")] = SCREENING_BUNDLE,
    trust_bundle: TrustBundle = False,
) -> None:
    """
    Estimate a site's feature scale from unlabelled films, for the screening bundle's --site_scale.

    Detectors and image processing differ between sites and shift nearly every feature. The scale contains each
    feature's median and interquartile range over the site's films. Use consecutive films, TB-positive and TB-negative,
    50 or more if possible: at a site with more disease than the training data, adaptation makes TB-positive films look
    normal.

    Exit status: 0 written, 2 not written.

    Example: chestxr tb adapt FILMS --out site.json
    """
    from tempfile import TemporaryDirectory

    from chestxr.bundle.workflow import BundleWorkflow
    from chestxr.data import find_films
    from chestxr.radiomics import read_feature_table
    from chestxr.tuberculosis.site_scaler import SiteScaler, check_number_of_films

    folder_of_bundle = or_exit(bundle_folder, bundle, trust_bundle)
    # Before the films are measured, which takes seconds for each.
    or_exit(check_number_of_films, len(or_exit(find_films, films)))
    with TemporaryDirectory() as folder:
        quiet = {"save_overlay": False, "save_zone_map": False, "save_features": True, "output_dir": folder}
        run = {"run": ["$@evaluator.run()"], "films": str(films.absolute())}
        workflow = or_exit(BundleWorkflow, folder_of_bundle, **quiet, **run)
        or_exit(workflow.initialize)
        or_exit(workflow.run)
        table = or_exit(read_feature_table, Path(folder) / "features.parquet")
    measured = table[table["error"] == ""]
    features_only = measured.drop(columns=["film", "image", "settings_hash", "error"])
    scale = or_exit(SiteScaler.fit, features_only, table["settings_hash"].iloc[0])
    or_exit(scale.save, out)
    console.print(f"{out}: scale of {len(measured)} films; {len(table) - len(measured)} excluded", soft_wrap=True)
