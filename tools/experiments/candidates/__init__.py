"""Changes of the lung bundles' train.json that were compared on validation films, one overlay each."""
