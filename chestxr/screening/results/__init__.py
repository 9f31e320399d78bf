"""What a run leaves of each film, whichever way it came: records, keys, names of result files."""
