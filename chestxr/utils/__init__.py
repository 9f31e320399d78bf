"""Helpers that know nothing of radiographs: errors, atomic writing, provenance, settings of the process."""
