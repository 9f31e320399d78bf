"""Find, check, open and run MONAI bundles."""

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
