"""The recipe's contrast changes match its 8-bit arithmetic on films of any scale."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from monai.data import MetaTensor

from tools.experiments.augmentations import (
    ContrastV1,
    ContrastV1d,
    ContrastV2,
    ContrastV2d,
    RandContrastV1,
    RandContrastV1d,
    RandContrastV2,
    RandContrastV2d,
)

GREY = np.arange(256, dtype=np.float32)[None]
# OpenCV 5.0.0: where the eight levels of cv2.addWeighted begin, for brightness -40 and then contrast -120.
FIRST_GREY_OF_LEVEL = {123: 0, 124: 7, 125: 49, 126: 89, 127: 130, 128: 172, 129: 213, 130: 254}


def in_8_bits(value: Fraction) -> int:
    return min(max(round(value), 0), 255)


def contrast_v1_exactly(grey: int) -> int:
    dimmed = in_8_bits(Fraction(215, 255) * grey)
    gain = Fraction(131 * (-120 + 127), 127 * (131 + 120))
    return in_8_bits(gain * dimmed + 127 * (1 - gain))


def contrast_v2_exactly(grey: int) -> int:
    return in_8_bits(Fraction(3, 2) * grey + Fraction(7, 10))


EXACTLY = pytest.mark.parametrize(
    ("contrast", "exactly"), [(ContrastV1, contrast_v1_exactly), (ContrastV2, contrast_v2_exactly)]
)


@EXACTLY
def test_every_grey_value_is_exact(contrast, exactly):
    expected = [exactly(grey) for grey in range(256)]
    assert contrast(white=255)(GREY)[0].tolist() == expected


@EXACTLY
@given(white=st.floats(1e-3, 65535))
def test_any_scale_gives_the_same_levels(contrast, exactly, white):
    scaled = contrast(white)(GREY * np.float32(white / 255))
    levels = scaled.double() * 255 / white
    np.testing.assert_allclose(levels[0], [exactly(grey) for grey in range(256)], rtol=1e-5)


def test_v1_has_the_levels_that_opencv_gives():
    changed = ContrastV1(white=255)(GREY)[0].tolist()
    assert {level: changed.index(level) for level in sorted(set(changed))} == FIRST_GREY_OF_LEVEL


def test_v2_saturates_at_white():
    changed = ContrastV2(white=255)(GREY)[0]
    assert changed[0] == 1
    assert torch.all(changed[170:] == 255) and torch.all(changed[:169] < 255)


@EXACTLY
def test_metadata_and_source_survive(contrast, exactly):
    film = MetaTensor(GREY.copy(), meta={"film": "phantom"})
    changed = contrast(white=255)(film)
    assert isinstance(changed, MetaTensor) and changed.meta["film"] == "phantom"
    assert changed.dtype == torch.float32
    np.testing.assert_array_equal(film, GREY)


@pytest.mark.parametrize(("array", "dictionary"), [(ContrastV1, ContrastV1d), (ContrastV2, ContrastV2d)])
def test_dictionary_version_changes_its_keys_only(array, dictionary):
    film = torch.from_numpy(GREY) / 255
    data = {"image": film, "label": film}
    changed = dictionary("image")(data)
    torch.testing.assert_close(changed["image"], array()(film), check_dtype=True)
    assert changed["label"] is film and data["image"] is film
    with pytest.raises(KeyError):
        dictionary("missing")(data)
    assert dictionary("missing", allow_missing_keys=True)(data).keys() == data.keys()


RANDOM = pytest.mark.parametrize(
    ("array", "random", "random_dictionary"),
    [(ContrastV1, RandContrastV1, RandContrastV1d), (ContrastV2, RandContrastV2, RandContrastV2d)],
)


@RANDOM
@pytest.mark.parametrize("prob", [0.0, 1.0])
def test_random_versions_at_the_ends_of_probability(array, random, random_dictionary, prob):
    film = torch.from_numpy(GREY) / 255
    expected = array()(film) if prob else film
    torch.testing.assert_close(random(prob)(film), expected)
    changed = random_dictionary(["a", "b"], prob)({"a": film, "b": film})
    torch.testing.assert_close(changed, {"a": expected, "b": expected})


@RANDOM
def test_random_versions_repeat_with_their_seed(array, random, random_dictionary):
    film = torch.from_numpy(GREY) / 255

    def choices(transform):
        transform.set_random_state(3)
        return [not torch.equal(transform(film), film) for _ in range(40)]

    first = choices(random(0.5))
    assert first == choices(random(0.5))
    assert 5 < sum(first) < 35
