"""Experiments that regenerate every published figure."""
