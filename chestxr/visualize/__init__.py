"""Overlays, contact sheets, plots and tables for people."""
