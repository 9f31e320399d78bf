import pytest
from pydicom.uid import UID

from chestxr.io.dicom.uid import derived_uid, is_uid


@pytest.mark.parametrize("root", ["2.25", "1.2.826.0.1.3680043.10"])
def test_derived_uid_is_valid_and_starts_with_the_root(root):
    uid = UID(derived_uid(root, "1.2.3", "kind"))
    assert uid.is_valid and uid.startswith(f"{root}.")


def test_derived_uid_depends_only_on_its_sources():
    assert derived_uid("2.25", "1.2.3", "a") == derived_uid("2.25", "1.2.3", "a")
    uids = {derived_uid("2.25", *sources) for sources in (("1.2.3", "a"), ("1.2.3a",), ("1.2.3", "b"), ("1.2.4", "a"))}
    assert len(uids) == 4


@pytest.mark.parametrize("root", ["", "2.25.", "1.02", "chestxr", "9.1", "1." + "2" * 30])
def test_invalid_root_raises(root):
    with pytest.raises(ValueError, match="not a root of DICOM UIDs"):
        derived_uid(root, "1.2.3")


@pytest.mark.parametrize("uid", ["2.25.1", "1", "1.02.3", "1" * 64])
def test_valid_uids(uid):
    assert is_uid(uid) and is_uid(UID(uid))


@pytest.mark.parametrize(
    "uid",
    [
        "",
        "1.2 ",
        "1.2\n",
        "1.2.",
        "1..2",
        ".",
        "..",
        "1/2",
        "a.1",
        "{x}",
        "1" * 65,
        "\udcff",
        "\u0661",
        None,
        5,
        ["1.2"],
    ],
)
def test_invalid_uids(uid):
    assert not is_uid(uid)
