"""Notebooks that show chestxr at work, and what runs them."""
