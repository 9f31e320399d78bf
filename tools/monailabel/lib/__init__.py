"""Parts of the MONAI Label app."""
