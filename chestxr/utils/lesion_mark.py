"""A suspicious place on a film."""

from typing import NamedTuple

__all__ = ["LesionMark", "mark_radius"]

# A mark is a place without an extent: its circle has a fixed size, as a share of the film's longer side.
_RADIUS = 1 / 40


class LesionMark(NamedTuple):
    """
    A suspicious place on a film.

    Attributes
    ----------
    x, y : float
        Place in pixels of the film, from its left and upper edge.
    probability : float
        Probability of a lesion, averaged over the neighbourhood.
    zone : str
        Zone of the lungs, such as "right_upper"; "" where a lung is too small to be divided.
    """

    x: float
    y: float
    probability: float
    zone: str

    @property
    def words(self) -> str:
        """The mark as text, for example "opacity, right upper zone, 0.83"."""
        place = f"{self.zone.replace('_', ' ')} zone" if self.zone else "small lung"
        return f"opacity, {place}, {self.probability:.2f}"


def mark_radius(width: float, height: float) -> float:
    """Return the radius of the circle that shows a mark on a film or a picture of this size, in the same unit."""
    return _RADIUS * max(width, height)
