"""The lesion evidence of a film is measured once for each film, mask and setting."""

from chestxr.tuberculosis.lesion_feature import settings_hash
from chestxr.tuberculosis.lesion_films import LesionCache


def test_evidence_is_cached_by_film_mask_and_settings(tmp_path):
    film, lungs, other = (tmp_path / name for name in ("film.png", "lungs.png", "other.png"))
    for path in (film, lungs, other):
        path.write_text(path.name)
    measured = []

    def measure(item):
        measured.append((item["film_image"], item["lungs"]))
        return {"lesion_evidence": {"lungs.lesion.log_odds": float(len(measured))}}

    cache = LesionCache(measure, tmp_path / "cache", "hash")
    assert cache(film, lungs) == cache(film, lungs) == {"lungs.lesion.log_odds": 1.0}
    assert cache(film, other)["lungs.lesion.log_odds"] == 2.0
    assert LesionCache(measure, tmp_path / "cache", "another")(film, lungs)["lungs.lesion.log_odds"] == 3.0
    film.write_text("changed")
    assert cache(film, lungs)["lungs.lesion.log_odds"] == 4.0
    assert measured[0] == (str(film), str(lungs))


def test_hash_depends_on_features_weights_and_settings(tmp_path):
    weights = tmp_path / "lesions.pt"
    weights.write_bytes(b"weights")
    first = settings_hash("features", weights, [320, 320])
    assert first == settings_hash("features", weights, [320, 320])
    assert (
        len({first, settings_hash("others", weights, [320, 320]), settings_hash("features", weights, [384, 384])}) == 3
    )
    weights.write_bytes(b"other weights")
    assert settings_hash("features", weights, [320, 320]) != first
