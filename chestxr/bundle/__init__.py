"""The bundles: where they are, how their overrides are read, and how one is opened once and run on film after film."""

from .folders import SCREENING_BUNDLE, bundle_folder, shipped_bundles
from .monai_label import in_monai_label
from .run_errors import check_bundle_root, explain_errors

__all__ = [
    "SCREENING_BUNDLE",
    "bundle_folder",
    "check_bundle_root",
    "explain_errors",
    "in_monai_label",
    "shipped_bundles",
]
