"""The entries and files that the bundles share, written into each of them."""
