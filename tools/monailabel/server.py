"""MONAI Label's server without cross-origin access: its default lets every web page read and change films."""

import os
from argparse import Namespace
from urllib.parse import urlsplit

from lib.quiet_log import hide_identifiers
from monailabel.config import settings
from monailabel.main import Main
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse


async def refuse_other_origins(request, call_next):
    """Reject browser requests from pages of other origins."""
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        return JSONResponse({"detail": "requests from pages of other origins are rejected"}, 403)
    return await call_next(request)


class Server(Main):
    """MONAI Label's main program, with working background tasks."""

    def start_server_init_settings(self, args: Namespace) -> None:
        """
        Pass the settings to background processes through environment variables.

        Each of them first prints its settings as JSON, and fails over an origin: MONAI Label 0.8.5 parses it
        as a URL, which is not JSON serialisable. Background processes serve no pages.
        """
        super().start_server_init_settings(args)
        os.environ["MONAI_LABEL_CORS_ORIGINS"] = "[]"


if __name__ == "__main__":
    hide_identifiers()
    # As plain text: from its environment variable, MONAI Label 0.8.5 fails to print it and appends a slash.
    settings.MONAI_LABEL_CORS_ORIGINS = [f"http://127.0.0.1:{os.environ['PORT']}"]
    from monailabel.app import app

    app.add_middleware(BaseHTTPMiddleware, dispatch=refuse_other_origins)
    Server().run()
