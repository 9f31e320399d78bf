"""Negative controls: inputs without information about disease."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from chestxr.data import open_collection
from chestxr.tuberculosis import TrainingFilms
from tools.experiments.screening_bench import ALL_RADIOMICS, SITES, Bench
from tools.experiments.screening_fits import few_features

__all__ = ["controls"]


def controls(bench: Bench) -> Iterator[list[dict]]:
    """Score background, shape, age and sex, and shuffled labels as negative controls; and classify the site."""
    for site in SITES:
        films = bench.films(site)
        everything = bench.films(site, **ALL_RADIOMICS).features
        shape = everything[[name for name in everything if ".shape2D." in name]]
        shuffled = np.random.default_rng(0).permutation(films.labels)
        alternatives = {
            "background only": bench.films(site, "background"),
            "lung shape only": TrainingFilms(shape, films.labels, films.patients, films.sites),
            "shuffled labels": TrainingFilms(films.features, shuffled, films.patients, films.sites),
        }
        for control, changed in alternatives.items():
            yield bench.rows(bench.nested(changed), training=site, test=site, control=control)
    for source, target, adapted, scored in bench.across({site: bench.films(site, "background") for site in SITES}):
        yield bench.rows(scored, training=source, test=target, adapted=adapted, control="background only")
    scored = bench.nested(_people(bench.films("shenzhen"), bench.dataset_dir), few_features)
    yield bench.rows(scored, training="shenzhen", test="shenzhen", control="age and sex only")
    yield _which_site(bench)


def _people(films: TrainingFilms, dataset_dir: Path) -> TrainingFilms:
    """Replace the features by age and sex, for films with both."""
    known = {film.name: film for film in open_collection(dataset_dir).films}
    people = [known[name] for name in films.features.index]
    values = [{"age": film.age_years, "male": {"M": 1.0, "F": 0.0}.get(film.sex)} for film in people]
    table = pd.DataFrame(values, index=films.features.index, dtype=float)
    kept = table.notna().all(axis=1).to_numpy()
    return TrainingFilms(table[kept], films.labels[kept], films.patients[kept], films.sites[kept])


def _which_site(bench: Bench) -> list[dict]:
    """Classify Shenzhen's normal films against Montgomery's."""
    films = [bench.films(site) for site in SITES]
    normal = [site.labels == 0 for site in films]
    joined = TrainingFilms(
        pd.concat([site.features[kept] for site, kept in zip(films, normal, strict=True)]),
        np.repeat([0, 1], [kept.sum() for kept in normal]),
        np.concatenate([site.patients[kept] for site, kept in zip(films, normal, strict=True)]),
        np.repeat("both", sum(kept.sum() for kept in normal)),
    )
    return bench.rows(bench.nested(joined), training="both", test="both", control="site instead of disease")
