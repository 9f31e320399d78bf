"""The bundles: where they are, how their knobs are read, and how one is opened once and run on film after film."""

from .folders import SCREENING_BUNDLE, bundle_folder
from .keep_memory import keep_memory
from .one_thread import use_one_thread
from .switch import switch

__all__ = ["SCREENING_BUNDLE", "bundle_folder", "keep_memory", "switch", "use_one_thread"]
