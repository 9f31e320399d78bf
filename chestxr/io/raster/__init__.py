"""Radiographs in PNG, TIFF, JPEG, JPEG 2000 and BMP."""
