"""Films through the screening bundle: opened once, resumable, with a manifest."""

from .film_records import FilmRecord, read_record
from .open_bundle import OpenBundle
from .run import ScreeningRun

__all__ = ["FilmRecord", "OpenBundle", "ScreeningRun", "read_record"]
