"""The picture in a request: its body, a form's only file, or a data: address, also in JSON."""

import base64
import contextlib
import json

from flask import Request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

LARGEST_BODY = 32 * 1024 * 1024  # bytes; a photograph of a telephone has 2 to 25 MB


def picture_in(sent: Request) -> bytes:
    """The picture's file that a request brings: its body, or a form's only file, or a data: address, also in JSON.

    Raises:
        BadRequest: there is none; with a sentence.
        RequestEntityTooLarge: it is larger than ``LARGEST_BODY``.
    """
    is_form = sent.mimetype == "multipart/form-data"
    body = _only_file(sent) if is_form else sent.get_data(cache=False)
    if not body:
        raise BadRequest("Send a picture file as the body of the request.")
    if sent.is_json or body.startswith(b"{"):
        return _from_data_address(_in_json(body))
    if body[:5].lower() == b"data:":
        return _from_data_address(body)
    return body


def _only_file(sent: Request) -> bytes:
    try:
        files = [file for _, file in sent.files.items(multi=True) if file.filename]
    except RequestEntityTooLarge:
        if (sent.content_length or 0) > LARGEST_BODY:
            raise
        files = []  # thousands of fields, or a long text
    if len(files) != 1:
        raise BadRequest(f"Send exactly one picture file in the form; there are {len(files)}.")
    return files[0].read()


def _in_json(body: bytes) -> bytes:
    """The data: address in JSON."""
    value = None
    # A text and its name need little structure; what has more can take a hundred times its size in memory.
    if sum(map(body.count, (b"[", b"{", b","))) <= 20:
        with contextlib.suppress(ValueError):
            value = json.loads(body)
    if isinstance(value, dict):
        value = value.get("image")
    if isinstance(value, str) and value[:5].lower() == "data:":
        return value.encode(
            "utf-8", "replace"
        )  # a lone half of a character is damage like any other
    raise BadRequest(
        'JSON must be {"image": "data:image/png;base64,..."}; or send the picture\'s file itself as the body.'
    )


def _from_data_address(address: bytes) -> bytes:
    head, _, data = address.partition(b",")
    try:
        if not head.lower().endswith(b";base64"):
            raise ValueError
        return base64.b64decode(data.translate(None, b" \t\r\n"), validate=True)
    except ValueError:
        raise BadRequest(
            "The data: address is damaged: after data:image/png;base64, must come the picture's file in base64."
        ) from None
