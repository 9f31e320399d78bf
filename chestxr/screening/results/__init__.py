"""Results of all ways of screening: records, keys, failures and the manifest."""
