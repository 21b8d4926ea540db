"""How fast does the web app answer, and does it stand a classroom? Starts notebooks/draw.py and sends it pictures.

    python benchmarks/draw_load.py                    2,000 drawings by 32 visitors at a time
    python benchmarks/draw_load.py --visitors 8 --drawings 100

Prints the time from a drawing's request to its answer, on this computer: for one visitor alone, who waits for each
answer, and for all visitors at once. Every answer must be a reading of one digit. Drawings are MNIST's test digits,
as PNG files of 280 x 280 pixels. (The page itself reads drawings in the browser; its visitors send files.)
"""

import argparse
import concurrent.futures
import contextlib
import http.client
import io
import json
import pathlib
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "notebooks"))

DIFFERENT = 200  # drawings; they are sent again and again


def drawing(image: np.ndarray) -> bytes:
    """A digit as the page's canvas would send it: a PNG file.

    Args:
        image: uint8, shape (28, 28), 0 for paper to 255 for ink.
    """
    large = Image.fromarray(255 - image).resize((280, 280), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    large.convert("RGBA").save(file, "PNG")
    return file.getvalue()


def visit(port: int, pictures: list[bytes]) -> list[float]:
    """Send one picture after the other over one connection; the milliseconds that each answer took.

    Raises:
        RuntimeError: an answer is not a reading of one digit.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    took = []
    for picture in pictures:
        started = time.perf_counter()
        connection.request("POST", "/api/read", picture)
        answer = connection.getresponse()
        body = answer.read()
        took.append(1000 * (time.perf_counter() - started))
        if answer.status != 200 or len(json.loads(body)["digits"]) != 1:
            raise RuntimeError(f"The server answered {answer.status}: {body[:200]!r}")
    connection.close()
    return took


@contextlib.contextmanager
def served() -> Iterator[int]:
    """The port at which notebooks/draw.py answers, started for this block."""
    server = subprocess.Popen(
        [sys.executable, str(ROOT / "notebooks" / "draw.py"), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield next(
            int(found[1])
            for line in server.stdout
            if (found := re.search(r"Draw digits at http://\S+:(\d+)", line))
        )
    finally:
        server.terminate()  # an interrupt is ignored by what runs in the background
        server.wait()


def network_of(port: int) -> str:
    """The name of the network that the server reads with."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/api/about")
    about = json.loads(connection.getresponse().read())
    connection.close()
    return about["network"]


def summary(took: list[float]) -> dict:
    """Median and 99th percentile of milliseconds."""
    return {"median": statistics.median(took), "within": float(np.quantile(took, 0.99))}


def measure(visitors: int, drawings: int) -> dict:
    """Start the server and visit it.

    Args:
        visitors: how many at once.
        drawings: how many all of them send together.

    Returns:
        ``alone_ms`` and ``together_ms``, each with ``median`` and ``within`` (99 % of the answers); ``per_second``,
        the answers when all visit; ``network``, the name of the one that reads; and the arguments.
    """
    from digits.dataset import mnist

    pictures = [drawing(image) for image in mnist.load().test_images[:DIFFERENT]]
    with served() as port:
        network = network_of(port)
        visit(port, pictures[:20])  # what is done only once
        alone = visit(port, pictures)
        wanted = [pictures[number % DIFFERENT] for number in range(drawings)]
        shares = [wanted[number::visitors] for number in range(visitors)]
        started = time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(visitors) as pool:
            together = [
                one for share in pool.map(lambda share: visit(port, share), shares) for one in share
            ]
        seconds = time.perf_counter() - started
    return {
        "network": network,
        "visitors": visitors,
        "drawings": len(together),
        "alone_ms": summary(alone),
        "together_ms": summary(together),
        "per_second": len(together) / seconds,
    }


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], allow_abbrev=False)
    parser.add_argument("--visitors", type=int, default=32)
    parser.add_argument("--drawings", type=int, default=2000)
    found = measure(**vars(parser.parse_args()))
    for who, took in (("one visitor", "alone_ms"), (f"{found['visitors']} at once", "together_ms")):
        print(
            f"{who}: median {found[took]['median']:.1f} ms, 99 % within {found[took]['within']:.0f} ms"
        )
    print(f"{found['drawings']:,} drawings, no error, {found['per_second']:.0f} answers per second")


if __name__ == "__main__":
    main()
