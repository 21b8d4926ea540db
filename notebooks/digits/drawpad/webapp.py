"""The web app of notebooks/draw.py: one page with the draw pad, and an address that reads pictures. No TensorFlow."""

import ipaddress
import urllib.parse
from collections.abc import Callable

from flask import (
    Flask,
    Response,
    copy_current_request_context,
    jsonify,
    request,
    send_from_directory,
)
from werkzeug.exceptions import BadRequest, HTTPException

from .turns import RETRY_AFTER, Full, Turns
from .uploads import LARGEST_BODY, picture_in
from .widget import FOLDER, SCRIPTS

URL_ENCODED = "application/x-www-form-urlencoded"
# An answer that is not 200 comes with its status.
Answer = tuple[Response, int]
FILES = {f"{name}.js": "text/javascript" for name in (*SCRIPTS, "page")} | {
    "pad.css": "text/css",
    "page.css": "text/css",
    "network.bin": "application/octet-stream",
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
    read: Callable[[bytes], list[dict]],
    about: dict,
    names: frozenset[str],
    address: str = "",
) -> Flask:
    """The web app.

    Args:
        read: takes a picture file's bytes and returns the digits in it, each as a dictionary; raises ``ValueError``
            with a sentence if it cannot. Called by ``AT_ONCE`` threads at a time.
        about: what the page says of itself: ``dataset`` and ``network``.
        names: those under which it may be asked for, in small letters; numeric addresses may be used always. Limiting
            them keeps another web page, whose name suddenly leads to this computer, from using it.
        address: the page's, to be told to who asks for it under another name.

    Returns:
        The app; its ``extensions["turns"]`` are the :class:`Turns` of the pictures.
    """
    app = Flask("digits", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it
    turns = app.extensions["turns"] = Turns()

    @app.before_request
    def refuse_strangers() -> Answer | None:
        host = request.headers.get("Host", "")
        name = name_in(host)
        if name not in names and not is_number(name):
            sentence = f"This server is not {name}." if name else "The request names no host."
            return failure(421, f"{sentence} Open {address} instead." if address else sentence)
        if request.headers.get("Origin", f"http://{host}").lower() != f"http://{host}".lower():
            return failure(403, "Other web pages may not use this server.")
        # Pictures and scripts are asked for without an Origin. A link that leads here is no harm.
        is_foreign = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
        if is_foreign and request.headers.get("Sec-Fetch-Mode") != "navigate":
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

    # Also what was sent is taken into memory only when its turn has come.
    @app.post("/api/read")
    def read_picture() -> Answer | Response:
        @copy_current_request_context
        def digits() -> list[dict]:
            picture = picture_in(request)
            try:
                return read(picture)
            except ValueError:
                if request.mimetype == URL_ENCODED and not {10, 13} & set(picture):
                    raise BadRequest(
                        "This is no picture, or curl's -d left out some of its bytes: send the picture's file itself "
                        "as the body, with curl by --data-binary @photo.jpg."
                    ) from None
                raise

        try:
            return jsonify({"digits": turns.take(digits)})
        except ValueError as error:
            return failure(422, str(error))
        except Full:
            refusal = failure(503, "Too many pictures at a time. Please try again in a moment.")
            refusal[0].headers["Retry-After"] = str(RETRY_AFTER)
            return refusal

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


def name_in(host: str) -> str:
    """The name or number in a Host header, in small letters, without port and brackets; empty if there is none."""
    try:
        return urllib.parse.urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_number(name: str) -> bool:
    """Whether a host is given as a numeric address, which nobody but this computer's owner can let lead here."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
