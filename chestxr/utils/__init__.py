"""Helpers independent of radiographs: errors, atomic writes, provenance, process settings."""
