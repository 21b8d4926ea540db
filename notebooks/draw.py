"""Draw digits on a web page, or show it photographs, and see what the series' network reads.

    python notebooks/draw.py                   on this computer: http://127.0.0.1:8000
    python notebooks/draw.py --host 0.0.0.0    for a classroom: everybody in your network can open the page

With --host, everyone who reaches this computer over the network can send it pictures to read; nothing else is opened,
nothing is kept, and there is no password. Use it in networks that you trust. Ctrl-C ends it.
"""

import argparse
import logging
import socket
import sys

try:
    from digits.basics import commands
except RuntimeError as error:  # the wrong Python
    sys.exit(str(error))
with commands.naming_missing_libraries():
    import waitress
    from digits import drawpad
    from digits.basics import workspace
    from digits.dataset import mnist
    from digits.store import artifacts

LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
THREADS = 8


def port(text: str) -> int:
    """A port's number, as argparse wants it told; 0 lets the system choose."""
    number = int(text)
    if not 0 <= number <= 65_535:
        raise argparse.ArgumentTypeError(f"{number} is not between 0 and 65535")
    return number


def main() -> int:
    """Do what the command line asks for; the process's exit code."""
    parser = commands.parser(__doc__)
    parser.add_argument(
        "--host", default="127.0.0.1", help="the address to listen at; default: this computer only"
    )
    parser.add_argument("--port", type=port, default=8000, help="default: 8000")
    arguments = parser.parse_args()
    try:
        dataset = mnist.load()
        print(dataset, flush=True)
        print("Loading the network ...", flush=True)
        from digits.handwriting import (
            reading,  # here, because TensorFlow takes seconds and --help needs none
        )

        # A classroom's drawings wait for each other now and then; that is no reason to alarm anybody.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        reader = reading.load_reader()
        app = drawpad.create_app(
            lambda picture: [found.as_json() for found in reader.read(picture)],
            {"dataset": dataset.name, "network": reader.name},
            LOCAL if arguments.host in LOCAL else None,
        )
        server = waitress.create_server(
            app, host=arguments.host, port=arguments.port, threads=THREADS, ident=None
        )
    except (mnist.DatasetError, workspace.WorkspaceError, artifacts.ArtifactError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        print(
            f"\nPort {arguments.port} of {arguments.host} cannot be used ({reason}). Choose another one: "
            f"python notebooks/draw.py --port {arguments.port + 1}",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    print(
        f"Draw digits at {address(arguments.host, server.effective_port)} (Ctrl-C ends this)",
        flush=True,
    )
    if arguments.host not in LOCAL:
        print("Everyone in your network can open this page and send pictures to it.", flush=True)
    server.run()  # until Ctrl-C
    return 0


def address(host: str, number: int) -> str:
    """The page's address as others type it."""
    if host in ("0.0.0.0", "::"):
        host = socket.gethostname()
    return f"http://[{host}]:{number}" if ":" in host else f"http://{host}:{number}"


if __name__ == "__main__":
    sys.exit(main())
