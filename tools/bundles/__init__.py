"""Build of the entries and files that the bundles share."""
