"""Curvature images distinguish lines from blobs and dark from bright structures, at their scale."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from skimage.feature import hessian_matrix, hessian_matrix_eigvals

from chestxr.radiomics.fine_structure import curvature_images, inner_lungs

CENTRE = (32, 32)


def _line() -> np.ndarray:
    film = np.zeros((65, 65))
    film[:, 32] = 1
    return film


def test_gaussian_blob_has_the_theoretical_curvature():
    spot = np.zeros((129, 129))
    spot[64, 64] = 1
    width, scale = 3.0, 2.0
    blurred = gaussian_filter(spot, width)
    found = curvature_images(blurred, [scale])
    variance = width**2 + scale**2
    expected = -(scale**2) / (2 * np.pi * variance**2)
    assert found["hessian-2px-low"][64, 64] == pytest.approx(expected, rel=0.02)
    assert found["hessian-2px-high"][64, 64] == pytest.approx(expected, rel=0.02)


def test_line_has_curvature_across_and_not_along():
    found = curvature_images(_line(), [1.0])
    assert found["hessian-1px-low"][CENTRE] < -0.2
    assert abs(found["hessian-1px-high"][CENTRE]) < 0.02
    dark = curvature_images(1 - _line(), [1.0])
    assert dark["hessian-1px-high"][CENTRE] == pytest.approx(-found["hessian-1px-low"][CENTRE])


@pytest.mark.parametrize("scale", [0.7, 1.0, 2.0])
def test_values_equal_scikit_image(scale):
    film = gaussian_filter(np.random.default_rng(0).random((90, 80)), 1)
    film[20:40, 20:40] = 0
    hessian = hessian_matrix(film, scale, mode="nearest", order="rc", use_gaussian_derivatives=True)
    for found, expected in zip(curvature_images(film, [scale]).values(), hessian_matrix_eigvals(hessian), strict=True):
        np.testing.assert_allclose(found, scale**2 * expected, rtol=0, atol=1e-15)


def test_transposed_film_has_transposed_curvature():
    film = gaussian_filter(np.random.default_rng(0).random((40, 40)), 1)
    inside = (slice(12, -12), slice(12, -12))
    turned = curvature_images(film.T, [1.0])
    for name, image in curvature_images(film, [1.0]).items():
        np.testing.assert_allclose(turned[name][inside], image.T[inside], atol=1e-12)


def test_values_beyond_the_clipping_range_change_nothing():
    film = gaussian_filter(np.random.default_rng(0).random((40, 40)), 1)
    film[:, :5] = 1.5
    marked = film.copy()
    marked[:, :5] = 40.0
    for first, second in zip(curvature_images(film, [1]).values(), curvature_images(marked, [1]).values(), strict=True):
        np.testing.assert_array_equal(first, second)


def test_border_is_eroded_unless_a_lung_would_vanish():
    labels = np.zeros((40, 60), np.uint8)
    labels[5:18, 10:50], labels[22:35, 10:50] = 1, 2
    inner = inner_lungs(labels)
    assert (inner == 1).sum() == (inner == 2).sum() == (13 - 2 * 4) * (40 - 2 * 4)
    labels[22:35] = 0
    labels[22:26, 10:50] = 2
    np.testing.assert_array_equal(inner_lungs(labels), labels)
