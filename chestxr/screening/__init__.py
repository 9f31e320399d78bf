"""Screening of films in a folder, in a PACS, or on Ray: one pipeline, one record per film."""
