"""Screening of a folder of films by local processes."""
