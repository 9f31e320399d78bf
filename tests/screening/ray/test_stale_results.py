"""Partial results are removed, and no other files."""

from chestxr.screening.ray.stale_results import remove_results_of


def test_results_of_all_days_are_removed_and_other_files_kept(tmp_path):
    kept = ["2024-01-01/a_b_lungs.png", "unknown/in/a_lungs.png", "unknown/a_notes.txt", "unknown/a_lungs.png.bak"]
    gone = ["2024-01-01/a_seg.dcm", "2024-01-01/a_sr.dcm", "unknown/a_lungs.png", "unknown/in/b_c_lungs.png"]
    # A folder of films may have a name like a result file.
    kept.append("unknown/a_lungs.png/film_lungs.png".replace("a_lungs", "in/b_c_seg"))
    for name in kept + gone:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    remove_results_of({"a", "in/b_c"}, tmp_path)
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()) == sorted(kept)
