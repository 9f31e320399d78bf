"""``chestxr tb``: the tuberculosis classifier."""

from pathlib import Path
from typing import Annotated

import typer

from chestxr.bundle import SCREENING_BUNDLE, bundle_folder

from .options import SiteScale, TrustBundle, console, leave, or_exit, overrides_of, screen_films, warn

__all__ = ["app"]

app = typer.Typer(
    help="Tuberculosis screening at a site: its scale and its threshold. Research use only.", no_args_is_help=True
)


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


@app.command("calibrate")
def calibrate(
    films: Annotated[
        list[Path],
        typer.Argument(help="Films of the site: films, folders, or lists (.txt, .csv, .json).", show_default=False),
    ],
    labels: Annotated[
        Path,
        typer.Option(
            help="CSV table with the columns image (path, relative to the table) and tuberculosis (1, 0 or empty), and "
            "if known sex (F, M), age_years and patient.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Output folder.", show_default=False)],
    sensitivity: Annotated[
        float | None,
        typer.Option(min=0.01, max=0.999, help="Sensitivity to reach.", show_default="0.9, without --specificity"),
    ] = None,
    specificity: Annotated[
        float | None, typer.Option(min=0.01, max=0.999, help="Specificity to reach instead.", show_default=False)
    ] = None,
    prevalence: Annotated[
        float | None,
        typer.Option(
            min=0.00001,
            max=0.99999,
            help="Share of people with tuberculosis among those to be screened, for the predictive values.",
            show_default="that of the films",
        ),
    ] = None,
    precision: Annotated[
        float,
        typer.Option(min=0.01, max=0.3, help="Wanted half-width of the intervals of sensitivity and specificity."),
    ] = 0.05,
    site_scale: SiteScale = None,
    processes: Annotated[int, typer.Option(min=1, help="Films screened in parallel.")] = 1,
    bundle: Annotated[str, typer.Option(help="Screening bundle: name or folder.")] = SCREENING_BUNDLE,
    trust_bundle: TrustBundle = False,
) -> None:
    """
    Set the threshold on labelled films of a site, for --site-threshold of screen, archive, pacs and serve.

    OUT contains calibration.html, a page with the decisions at every threshold; thresholds.csv, the same as a table;
    threshold.json, the threshold; and the results of chestxr screen. The films are screened first; results that OUT
    has from chestxr screen or an earlier calibration, with the same models and site scale, are used again.

    Label by microbiology if you can, and take consecutive films, one per patient. The threshold holds for films like
    these: repeat it when the patients, the detector or the processing change. Films without a label count for nothing.

    Exit status: 0 written, 1 written, but some films could not be read, 2 not written, 130 stopped by the user.

    Example: chestxr tb calibrate FILMS --labels labels.csv --out calibration --sensitivity 0.9 --prevalence 0.02
    """
    if sensitivity is not None and specificity is not None:
        raise typer.BadParameter("give --sensitivity or --specificity, not both")
    from chestxr.data import find_films
    from chestxr.screening.calibration import CalibrationRun
    from chestxr.tuberculosis.site_calibration import Target

    target = Target("specificity", specificity) if specificity else Target("sensitivity", sensitivity or 0.9)
    folder = or_exit(bundle_folder, bundle, trust_bundle)
    items = or_exit(find_films, films)
    run = or_exit(
        CalibrationRun, items, labels, out.absolute(), folder, processes, save_dicom=True, **overrides_of(site_scale)
    )
    stopped = or_exit(screen_films, run.screening)
    if stopped:
        leave(stopped, failed=False)
    for error in run.screening.failures.values():
        typer.echo(str(error), err=True)
    found = or_exit(run.finish, target, prevalence, precision)
    chosen = found.at(found.threshold)
    console.print(f"threshold {found.threshold:.3f}: {target}, on {len(found.films)} films", soft_wrap=True)
    console.print(f"sensitivity {chosen['sensitivity']:.2f}, specificity {chosen['specificity']:.2f}", soft_wrap=True)
    console.print(f"page: {out / 'calibration.html'}", soft_wrap=True)
    for warning in run.warnings():
        warn(warning)
    leave(stopped, bool(run.screening.failures))
