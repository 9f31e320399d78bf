"""The bundles: where they are, how their knobs are read, and how one is opened once and run on film after film."""

from .folders import SCREENING_BUNDLE, bundle_folder, shipped_bundles
from .keep_memory import keep_memory
from .library_messages import hide_library_messages
from .monai_label import in_monai_label
from .one_thread import use_one_thread
from .run_errors import check_bundle_root, explain_errors
from .switch import switch

__all__ = [
    "SCREENING_BUNDLE",
    "bundle_folder",
    "check_bundle_root",
    "explain_errors",
    "hide_library_messages",
    "in_monai_label",
    "keep_memory",
    "shipped_bundles",
    "switch",
    "use_one_thread",
]
