"""Results with their intervals, as tidy rows."""
