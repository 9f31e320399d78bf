"""MONAI Label's own server, closed to web pages of other origins: its default lets every page read and change films."""

import os
from argparse import Namespace
from urllib.parse import urlsplit

from lib.quiet_log import hide_identifiers
from monailabel.config import settings
from monailabel.main import Main
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse


async def refuse_other_origins(request, call_next):
    """Answer a browser only if the page that asks came from this server."""
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        return JSONResponse({"detail": "pages of other origins are not answered"}, 403)
    return await call_next(request)


class Server(Main):
    """MONAI Label's main program, whose background tasks start too."""

    def start_server_init_settings(self, args: Namespace) -> None:
        """
        Hand the settings on to the processes of background tasks, by the environment.

        Each of them prints its settings as JSON before all else, and fails over an origin: MONAI Label 0.8.5 reads it
        as a URL, which is no JSON. They answer no pages.
        """
        super().start_server_init_settings(args)
        os.environ["MONAI_LABEL_CORS_ORIGINS"] = "[]"


if __name__ == "__main__":
    hide_identifiers()
    # As plain text: given by its environment variable, MONAI Label 0.8.5 fails to print it and adds a slash to it.
    settings.MONAI_LABEL_CORS_ORIGINS = [f"http://127.0.0.1:{os.environ['PORT']}"]
    from monailabel.app import app

    app.add_middleware(BaseHTTPMiddleware, dispatch=refuse_other_origins)
    Server().run()
