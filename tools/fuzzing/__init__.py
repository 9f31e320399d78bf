"""Fuzzing of the film readers."""
