"""The web app of notebooks/draw.py: one page with the draw pad, and an address that reads pictures. No TensorFlow."""

import threading
from collections.abc import Callable

from flask import Flask, Response, jsonify, request, send_from_directory
from werkzeug.exceptions import HTTPException

from .widget import FOLDER

# An answer that is not 200 comes with its status.
Answer = tuple[Response, int]
LARGEST_BODY = 12 * 1024 * 1024  # bytes; a photograph of a telephone has 2 to 8 MB
# So many pictures are decoded and read at a time: more would only take more memory. The others wait, and some give up.
AT_ONCE, PATIENCE = 2, 20.0  # pictures, seconds
FILES = {
    "pad.js": "text/javascript",
    "pad.css": "text/css",
    "page.js": "text/javascript",
    "page.css": "text/css",
}
# The page loads nothing from elsewhere, sends nothing elsewhere, and is shown in no other page.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def create_app(
    read: Callable[[bytes], list[dict]], about: dict, hosts: frozenset[str] | None
) -> Flask:
    """The web app.

    Args:
        read: takes a picture file's bytes and returns the digits in it, each as a dictionary; raises ``ValueError``
            with a sentence if it cannot. Called by several threads at a time.
        about: what the page says of itself: ``dataset`` and ``network``.
        hosts: names under which it may be asked for, without a port; None for any. Limiting them keeps another web
            page, whose name suddenly leads to this computer, from using it.
    """
    app = Flask("digits", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it
    places = threading.BoundedSemaphore(AT_ONCE)

    @app.before_request
    def refuse_strangers() -> Answer | None:
        name = request.host.rsplit(":", 1)[0].strip("[]")
        if hosts is not None and name not in hosts:
            return failure(421, f"This server is not {name}.")
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            return failure(403, "Other web pages may not use this server.")
        return None

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        response.headers["Cache-Control"] = (
            "no-store" if request.path.startswith("/api/") else "no-cache"
        )
        return response

    @app.get("/")
    def page() -> Response:
        return send_from_directory(FOLDER, "page.html")

    @app.get("/<name>")
    def file(name: str) -> Answer | Response:
        if name not in FILES:
            return failure(404, f"There is nothing at /{name}.")
        return send_from_directory(FOLDER, name, mimetype=FILES[name])

    @app.get("/api/about")
    def tell() -> Response:
        return jsonify(about)

    @app.post("/api/read")
    def read_picture() -> Answer | Response:
        picture = request.get_data(cache=False)
        if not picture:
            return failure(400, "Send a picture file as the body of the request.")
        if not places.acquire(timeout=PATIENCE):
            return failure(503, "Too many pictures at a time. Please try again in a moment.")
        try:
            return jsonify({"digits": read(picture)})
        except ValueError as error:
            return failure(422, str(error))
        finally:
            places.release()

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Answer:
        sentences = {
            404: f"There is nothing at {request.path}.",
            405: f"{request.path} does not take {request.method}.",
            413: f"The picture's file is larger than {LARGEST_BODY // 1024**2} MB.",
        }
        status = error.code or 500
        return failure(status, sentences.get(status, f"{error.description}"))

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Answer:
        app.logger.exception("A request failed")
        return failure(500, "Something went wrong here; the server's window tells more.")

    return app


def failure(status: int, sentence: str) -> Answer:
    """An answer that says in one sentence what is wrong."""
    return jsonify({"error": sentence}), status
