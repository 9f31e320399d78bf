"""Old names, for one version: this package is now chestxr.bundle."""

from chestxr.utils.deprecated import old_names

__getattr__ = old_names(
    __name__,
    {
        "SCREENING_BUNDLE": "chestxr.bundle:SCREENING_BUNDLE",
        "bundle_folder": "chestxr.bundle:bundle_folder",
        "check_bundle_root": "chestxr.bundle:check_bundle_root",
        "explain_errors": "chestxr.bundle:explain_errors",
        "hide_library_messages": "chestxr.utils.runtime:hide_library_messages",
        "in_monai_label": "chestxr.bundle:in_monai_label",
        "keep_memory": "chestxr.utils.runtime:keep_freed_memory",
        "shipped_bundles": "chestxr.bundle:shipped_bundles",
        "switch": "monai.utils:str2bool",
        "use_one_thread": "chestxr.utils.runtime:limit_threads",
    },
)
