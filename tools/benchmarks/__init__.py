"""Programs that time chestxr next to its peers."""
