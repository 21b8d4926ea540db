"""How fast does the web app answer, and does it stand a classroom? Starts notebooks/draw.py and draws on it.

    python benchmarks/draw_load.py                    2,000 drawings by 32 visitors at a time
    python benchmarks/draw_load.py --visitors 8 --drawings 100

Prints the time from a drawing's request to its answer, on this computer: for one visitor alone, who waits for each
answer, and for all visitors at once. Every answer must be a reading of one digit. Drawings are MNIST's test digits,
drawn as the page would: 280 x 280 pixels, PNG.
"""

import argparse
import concurrent.futures
import http.client
import io
import json
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import time

import numpy as np
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "notebooks"))

DIFFERENT = 200  # drawings; they are sent again and again


def drawings() -> list[bytes]:
    """Some test digits as the page's canvas would send them."""
    from digits import mnist

    files = []
    for image in mnist.load().test_images[:DIFFERENT]:
        large = Image.fromarray(255 - image).resize((280, 280), Image.Resampling.BICUBIC)
        file = io.BytesIO()
        large.convert("RGBA").save(file, "PNG")
        files.append(file.getvalue())
    return files


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


def described(took: list[float]) -> str:
    """Median and 99th percentile."""
    return f"median {statistics.median(took):.1f} ms, 99 % within {np.quantile(took, 0.99):.0f} ms"


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], allow_abbrev=False)
    parser.add_argument("--visitors", type=int, default=32)
    parser.add_argument("--drawings", type=int, default=2000)
    arguments = parser.parse_args()
    pictures = drawings()
    server = subprocess.Popen(
        [sys.executable, str(ROOT / "notebooks" / "draw.py"), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = next(
            int(found[1])
            for line in server.stdout
            if (found := re.search(r"Draw digits at http://\S+:(\d+)", line))
        )
        visit(port, pictures[:20])  # what is done only once
        print(f"one visitor: {described(visit(port, pictures))}")
        wanted = [pictures[number % DIFFERENT] for number in range(arguments.drawings)]
        shares = [wanted[number :: arguments.visitors] for number in range(arguments.visitors)]
        started = time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(arguments.visitors) as pool:
            took = [
                one for share in pool.map(lambda share: visit(port, share), shares) for one in share
            ]
        seconds = time.perf_counter() - started
        print(
            f"{arguments.visitors} visitors at once: {described(took)}; {len(took):,} drawings, no error, "
            f"{len(took) / seconds:.0f} answers per second"
        )
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


if __name__ == "__main__":
    main()
