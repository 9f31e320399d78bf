"""Films through the screening bundle: opened once, resumable, with a manifest."""

from .film_records import FilmRecord, read_record
from .run import ScreeningRun

__all__ = ["FilmRecord", "ScreeningRun", "read_record"]
