"""MONAI Label's own server, closed to web pages of other origins: its default lets every page read and change films."""

import os
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


if __name__ == "__main__":
    hide_identifiers()
    # As plain text: given by its environment variable, MONAI Label 0.8.5 fails to print it and adds a slash to it.
    settings.MONAI_LABEL_CORS_ORIGINS = [f"http://127.0.0.1:{os.environ['PORT']}"]
    from monailabel.app import app

    app.add_middleware(BaseHTTPMiddleware, dispatch=refuse_other_origins)
    Main().run()
