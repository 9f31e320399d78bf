"""Text files and CSV tables written by users."""

import codecs

import pytest

from chestxr.data.user_table import read_user_table, read_user_text


@pytest.mark.parametrize("text", ["für.png".encode(), codecs.BOM_UTF8 + "für.png".encode()])
def test_utf8_is_read_with_and_without_byte_order_mark(tmp_path, text):
    (tmp_path / "l.txt").write_bytes(text)
    assert read_user_text(tmp_path / "l.txt") == "für.png"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le"])
def test_other_encodings_are_refused(tmp_path, encoding):
    (tmp_path / "l.txt").write_bytes("für.png".encode(encoding))
    with pytest.raises(ValueError, match=r"l\.txt: found a text that is not UTF-8; expected UTF-8; save it as UTF-8"):
        read_user_text(tmp_path / "l.txt")


def test_spaces_capitals_empty_lines_and_short_rows_are_accepted(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text('Image , patient,"reading"\r\na.png , "p, 1", \r\n,,\r\n\r\n"b\n.png"\r\n')
    assert [(where.rpartition(" ")[2], row) for where, row in read_user_table(table, "image")] == [
        ("2", {"image": "a.png", "patient": "p, 1", "reading": ""}),
        ("6", {"image": "b\n.png", "patient": "", "reading": ""}),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "t.csv: found no column image and patient;"),
        ("image,site\na.png,x\n", "t.csv: found no column patient;"),
        ("image,patient\na.png,b,p1\n", "line 2: found 3 cells; expected 2"),
        ('image,patient\na.png,"p1\nb.png,p2\n', "line 3: found invalid CSV"),
        ("image,patient\na.png," + "p" * 200_000, "line 2: found invalid CSV"),
    ],
)
def test_ambiguous_tables_raise(tmp_path, text, found):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(ValueError, match=found):
        list(read_user_table(tmp_path / "t.csv", "image", "patient"))


@pytest.mark.parametrize("mark", [";", "\t"])
def test_cells_separated_by_semicolons_or_tabs(tmp_path, mark):
    path = tmp_path / "table.csv"
    path.write_text(f"image{mark}patient\na.png{mark}p,1\n")
    assert [cells for _, cells in read_user_table(path, "image")] == [{"image": "a.png", "patient": "p,1"}]


def test_duplicate_columns_raise(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("image,patient,Patient,,\na.png,p1,p2,,\n")
    with pytest.raises(ValueError, match="found two columns of one name"):
        list(read_user_table(path, "image"))
