"""MONAI Label's own server, closed to web pages of other origins: its default lets every page read the films."""

import os

from monailabel.config import settings
from monailabel.main import Main

if __name__ == "__main__":
    # As plain text: given by its environment variable, MONAI Label 0.8.5 fails to print it and adds a slash to it.
    settings.MONAI_LABEL_CORS_ORIGINS = [f"http://127.0.0.1:{os.environ['PORT']}"]
    Main().run()
