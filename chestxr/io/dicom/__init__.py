"""Radiographs, segmentations and structured reports in DICOM."""
