"""Ablations of the classifier's design."""

from collections.abc import Iterator, Sequence

from chestxr.tuberculosis import LESION_FEATURE, TrainingFilms
from tools.experiments.screening_bench import SITES, Bench
from tools.experiments.screening_fits import Fit, few_features, shipped_fit

__all__ = ["ablations"]


def ablations(bench: Bench) -> Iterator[list[dict]]:
    """Yield ablations of the design, inside a site and across sites."""
    films = {site: bench.films(site) for site in SITES}
    names = films["shenzhen"].features.columns.drop(LESION_FEATURE)
    of_lungs = [name for name in names if name.split(".")[0] in ("lungs", "right_lung", "left_lung")]
    unfiltered = [name for name in names if name.split(".")[1] == "rank"]
    ways: dict[str, tuple[dict[str, TrainingFilms], Fit]] = {
        "lesions alone": (_only(films, [LESION_FEATURE]), few_features),
        "radiomics alone": (_only(films, names), shipped_fit),
        "no zones": (_only(films, [*of_lungs, LESION_FEATURE]), shipped_fit),
        "no filters": (_only(films, [*unfiltered, LESION_FEATURE]), shipped_fit),
    }
    for ablation, (measured, fit) in ways.items():
        yield _inside_and_across(bench, measured, fit, ablation)


def _inside_and_across(bench: Bench, films: dict[str, TrainingFilms], fit: Fit, ablation: str) -> list[dict]:
    rows = []
    for site in SITES:
        rows += bench.rows(bench.nested(films[site], fit), training=site, test=site, ablation=ablation)
    for source, target, adapted, scored in bench.across(films, fit):
        rows += bench.rows(scored, training=source, test=target, adapted=adapted, ablation=ablation)
    return rows


def _only(films: dict[str, TrainingFilms], names: Sequence[str]) -> dict[str, TrainingFilms]:
    """Keep only the named features."""
    names = list(names)
    return {site: TrainingFilms(f.features[names], f.labels, f.patients, f.sites) for site, f in films.items()}
