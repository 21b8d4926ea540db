"""Draw digits on a web page, or show it photographs, and see what the series' network reads.

    python notebooks/draw.py                   on this computer: http://127.0.0.1:8000
    python notebooks/draw.py --host 0.0.0.0    for a classroom: everybody in your network can open the page

With --host, everyone who reaches this computer over the network can send it pictures to read; nothing else is opened,
nothing is kept, and there is no password. Use it in networks that you trust. Ctrl-C ends it.
"""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # python -P leaves it out
try:
    from digits.basics import commands
except RuntimeError as error:  # the wrong Python
    sys.exit(str(error))
with commands.naming_missing_libraries():
    from digits import drawpad
    from digits.basics import workspace
    from digits.drawpad import addresses, server


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
        # Before the network is loaded: what is wrong with the address is said at once.
        sockets = addresses.listen(arguments.host, arguments.port)
        pages = addresses.pages(arguments.host, sockets)
        print("Loading the network ...", flush=True)
        # Here, because TensorFlow takes seconds and --help needs none.
        from digits.handwriting import apart, reading

        workers = apart.Workers(drawpad.AT_ONCE)
        reader = reading.load_reader(workers.readings_in)
        app = drawpad.create_app(
            lambda picture: [found.as_json() for found in reader.read(picture)],
            {
                "dataset": "MNIST, and digits and other marks drawn by a program",
                "network": reader.name,
            },
            addresses.names(arguments.host, sockets),
            pages[0],
        )
        running = server.create_server(app, sockets)
    except (addresses.AddressError, workspace.WorkspaceError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"\n{error.filename or 'A file'} cannot be read or written ({error.strerror or error}). Look at its "
            "permissions, or move it away: what the series has made itself is made again.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    print(f"Draw digits at {pages[0]} (Ctrl-C ends this)", flush=True)
    if not addresses.is_local(sockets):
        show_to_others(pages)
    running.run()  # until Ctrl-C
    app.extensions["turns"].end()
    workers.close()
    return 0


def show_to_others(pages: list[str]) -> None:
    """Print what a classroom needs to open the page: its other addresses, and a code for telephones."""
    if pages[1:]:
        print(f"or, where these lead here, at {', '.join(pages[1:])}")
    print(addresses.qr_code(pages[0], sys.stdout.encoding))
    print("Everyone in your network can open this page and send pictures to it.", flush=True)


if __name__ == "__main__":
    commands.run(main)
