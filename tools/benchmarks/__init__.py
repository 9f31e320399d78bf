"""Benchmarks of chestxr against its peers."""
