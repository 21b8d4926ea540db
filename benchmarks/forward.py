"""How long the reading network takes for one image, here and in a browser: part of benchmarks/run.py's inference."""

import base64
import functools
import http.server
import shutil
import threading

import numpy as np

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
# The median milliseconds of one image, after all have been read once; many at a time, because clocks are coarse there.
SCRIPT = """async ({images, turns}) => {
    const {readNetwork, probabilities} = await import("./network.js");
    const network = readNetwork(new Uint8Array(await (await fetch("network.bin")).arrayBuffer()));
    const bytes = Uint8Array.from(atob(images), (one) => one.charCodeAt(0));
    const values = new Float32Array(bytes.buffer);
    const took = [];
    for (let turn = 0; turn <= turns; turn += 1) {
        const started = performance.now();
        for (let start = 0; start < values.length; start += 784)
            probabilities(network, values.subarray(start, start + 784));
        took.push((performance.now() - started) / (values.length / 784));
    }
    return took.slice(1).sort((one, other) => one - other)[Math.floor(turns / 2)];
}"""


class _Silent(http.server.SimpleHTTPRequestHandler):
    def guess_type(self, path) -> str:
        """Some systems call a script a text, which no browser then runs."""
        return "text/javascript" if str(path).endswith(".js") else super().guess_type(path)

    def log_message(self, *arguments) -> None:
        pass


def browser_milliseconds(images: np.ndarray, turns: int) -> float | None:
    """What the pad's own network takes for one image in a browser; None without Playwright or one that starts.

    Args:
        images: float32, shape (images, 784).
        turns: how often all are read.
    """
    from digits.handwriting import reading

    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return None
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        return None
    handler = functools.partial(_Silent, directory=str(reading.SHIPPED.parent))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    asked = {"images": base64.b64encode(images.astype("<f4").tobytes()).decode(), "turns": turns}
    try:
        with sync_playwright() as launcher:
            browser = launcher.chromium.launch(executable_path=executable, args=["--no-sandbox"])
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/pad.css")
            return page.evaluate(SCRIPT, asked)
    except Error:
        return None
    finally:
        server.shutdown()
