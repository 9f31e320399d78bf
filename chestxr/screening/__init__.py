"""Screening of films in a folder, in a PACS, or by Ray: one pipeline, one record for each film."""
