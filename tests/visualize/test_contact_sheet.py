"""Layout of pictures and captions on a contact sheet."""

import numpy as np
import pytest

from chestxr.visualize.contact_sheet import contact_sheet


def _picture(value, height=64, width=64):
    return np.full((height, width, 3), value, np.uint8)


def test_pictures_are_arranged_in_rows():
    sheet = np.asarray(
        contact_sheet(
            [("one", [("a", _picture(100)), ("b", _picture(150, 64, 40))]), ("two", [("c", _picture(200))])], 64
        )
    )
    assert sheet.shape == (2 * (64 + 36), 128, 3)
    assert (sheet[18:82, :64] == 100).all() and (sheet[18:82, 64:104] == 150).all()
    assert (sheet[118:182, :64] == 200).all() and not sheet[118:182, 64:].any()


@pytest.mark.parametrize("caption", ["1.2.840.113619." * 6, "a film of a long name, and more of it"])
def test_long_captions_stay_under_their_picture(caption):
    sheet = np.asarray(contact_sheet([("", [(caption, _picture(0)), ("", _picture(0))])], 64))
    assert sheet[82:, :64].any() and not sheet[82:, 64:].any()
