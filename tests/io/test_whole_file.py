"""A file appears whole or not at all."""

import pytest

from chestxr.io import whole_file, write_text


def test_failure_leaves_the_old_file_and_no_rubbish(tmp_path):
    path = tmp_path / "folder" / "result.csv"
    write_text(path, "old")
    with pytest.raises(RuntimeError), whole_file(path) as partial:
        partial.write_text("half of the ne")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]
