"""Losses for chest films."""

from .inside_lungs import InsideLungs

__all__ = ["InsideLungs"]
