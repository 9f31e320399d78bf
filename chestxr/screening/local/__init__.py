"""Screening of a folder of films by processes of this machine."""
