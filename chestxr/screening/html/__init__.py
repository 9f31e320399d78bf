"""HTML report of a screening run."""
