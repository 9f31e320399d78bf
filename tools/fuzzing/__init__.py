"""Programs that break films and read them."""
