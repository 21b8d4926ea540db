"""Run the notebooks of the series headless and in order, and refresh what they store.

    python notebooks/run_all.py              all notebooks
    python notebooks/run_all.py 03-05 01     some of them, in the order of the series
    python notebooks/run_all.py --discard 02 for the artifacts alone: the notebook file is left as it is

On MNIST the executed notebooks replace those in notebooks/. On the 5,000-image sample (DIGITS_MNIST=sample, or
when MNIST can be neither found nor downloaded) they go to data/sample/notebooks/, and nothing stored is touched.
"""

import argparse
import asyncio
import contextlib
import os
import pathlib
import re
import signal
import sys
import time

try:
    import digits  # noqa: F401  (before all others: it refuses a Python that lacks them)
except RuntimeError as error:
    sys.exit(str(error))
try:
    import nbformat
    from digits import mnist, series, workspace
    from jupyter_client import AsyncKernelManager
    from jupyter_client.kernelspec import KernelSpecManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from tqdm import tqdm
except ModuleNotFoundError as error:
    sys.exit(
        f"The library {error.name} is not installed in {sys.executable}. "
        "Install what the series needs with: pip install -r requirements.txt"
    )

# Older kernels warn of their debugger, which nobody uses here, in this process and in their own.
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
CELL_TIMEOUT = 600  # seconds; the slowest cell takes a small part of it
_ANSI_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# Run in the kernel when a notebook has ended. Linux counts in KiB, macOS in bytes, Windows has no such module.
_PEAK_MEMORY = """
import sys as _sys
try:
    import resource as _resource
    print(_resource.getrusage(_resource.RUSAGE_SELF).ru_maxrss * (1 if _sys.platform == "darwin" else 1024))
except ImportError:
    import psutil as _psutil
    print(_psutil.Process().memory_info().peak_wset)
"""


class NotebookFailed(Exception):
    """A notebook did not run to its end; the message holds the failing cell and what it raised."""


class Interrupted(Exception):
    """The user, or the process that started this one, asked to stop."""


class SeriesClient(NotebookClient):
    """Runs one notebook, reports each finished cell to a bar, and measures the kernel's memory at the end."""

    def __init__(self, notebook, step: series.Step, bar: tqdm):
        super().__init__(
            notebook,
            kernel_name="python3",
            timeout=CELL_TIMEOUT,
            coalesce_streams=True,
            record_timing=False,
            # No log lines of the kernel's machinery (unencrypted loopback, sockets closed by an interrupt);
            # what a cell writes or raises is not touched.
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
            resources={"metadata": {"path": str(step.notebook.parent)}},
            on_cell_complete=lambda cell, cell_index: bar.update(),
            on_notebook_start=lambda notebook: self._heed_signals(),
        )
        self.peak_memory = 0
        self.interrupted = False

    def create_kernel_manager(self) -> AsyncKernelManager:
        """A manager that knows only this environment's own kernel: a user's "python3" could be any Python."""
        self.km = AsyncKernelManager(
            kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[])
        )
        return self.km

    def _heed_signals(self) -> None:
        """Let Ctrl-C and a polite kill end the run through its clean-up, which stops the kernel."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def interrupt():
            if not self.interrupted:  # a second Ctrl-C must not end the clean-up
                self.interrupted = True
                task.cancel()

        for name in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # Windows: asyncio cancels by itself
                loop.add_signal_handler(name, interrupt)

    async def async_execute_cell(self, cell, cell_index, *arguments, **options):
        """Execute one cell; after the last, ask the kernel for its peak memory."""
        result = await super().async_execute_cell(cell, cell_index, *arguments, **options)
        if cell_index == len(self.nb.cells) - 1:
            answers = []
            await self.kc.execute_interactive(
                _PEAK_MEMORY,
                store_history=False,
                output_hook=lambda message: answers.append(message["content"].get("text", "")),
                timeout=20,
            )
            self.peak_memory = int("".join(answers).strip() or 0)
        return result


def run(
    step: series.Step, dataset: mnist.Dataset, position: str
) -> tuple[nbformat.NotebookNode, float, int]:
    """Execute one notebook from a clean start.

    Returns:
        The executed notebook, the seconds it took, and the peak memory of its kernel in bytes.

    Raises:
        NotebookFailed: a cell raised an error, took too long, or killed the kernel.
        Interrupted: the run was asked to stop; its kernel has ended.
    """
    notebook = nbformat.read(step.notebook, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    # In the kernel: nothing that differs from run to run, and no second search for the data.
    environment = {
        **os.environ,
        "DIGITS_PROGRESS": "0",
        "DIGITS_MNIST": dataset.location,
        "DIGITS_HOME": str(workspace.home()),  # absolute: the kernel works in another folder
    }
    started = time.perf_counter()
    with tqdm(
        total=sum(cell.cell_type == "code" for cell in notebook.cells),
        desc=f"{position}  {step.file_name}",
        bar_format="{desc:<48} {bar:20} cell {n_fmt}/{total_fmt}  {elapsed}",
        disable=not workspace.shows_progress(),
    ) as bar:
        client = SeriesClient(notebook, step, bar)
        try:
            asyncio.run(client.async_execute(env=environment))
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            if client.interrupted:  # nbclient takes its own cancelling for the kernel's death
                raise Interrupted from error
            raise NotebookFailed(_describe_failure(notebook, error)) from error
        except (asyncio.CancelledError, KeyboardInterrupt) as error:
            raise Interrupted from error
    return notebook, time.perf_counter() - started, client.peak_memory


def _describe_failure(notebook, error: Exception) -> str:
    """The failing cell's source and what it raised, as plain text."""
    for number, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), 1):
        for output in cell.outputs:
            if output.output_type == "error":
                traceback = _ANSI_COLOURS.sub("", "\n".join(output.traceback))
                return f"Code cell {number} failed:\n\n{cell.source}\n\n{traceback}"
    return _ANSI_COLOURS.sub("", str(error))


def make_storable(notebook) -> list[str]:
    """Remove from an executed notebook what differs from run to run, and standard error.

    Returns:
        What the notebook wrote to standard error, for the summary: nothing is dropped unseen.
    """
    complaints = []
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        **{
            key: value
            for key, value in notebook.metadata.items()
            if key not in ("kernelspec", "language_info", "widgets")
        },
    }
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                complaints.append(output.text.strip())
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    return complaints


def store(notebook, step: series.Step, dataset: mnist.Dataset) -> pathlib.Path:
    """Write an executed notebook to its place, whole or not at all; that place."""
    folder = (
        workspace.data_folder() / "sample" / "notebooks"
        if dataset.is_sample
        else step.notebook.parent
    )
    path = folder / step.file_name
    with (
        workspace.write_atomically(path) as temporary,
        open(temporary, "w", encoding="utf-8", newline="\n") as file,
    ):
        nbformat.write(notebook, file)
    return path


def select(wanted: list[str]) -> list[series.Step]:
    """The steps that words such as ``03`` and ``03-05`` name, in the order of the series; all if there are none."""
    known = [step.number for step in series.STEPS]
    chosen = set() if wanted else set(known)
    for word in wanted:
        first, _, last = word.partition("-")
        first, last = first.zfill(2), (last or first).zfill(2)
        if first not in known or last not in known or first > last:
            raise SystemExit(
                f"{word} names no notebook. There are {', '.join(known)}; a range is written 03-05."
            )
        chosen.update(number for number in known if first <= number <= last)
    return [step for step in series.STEPS if step.number in chosen]


def run_steps(steps: list[series.Step], dataset: mnist.Dataset, discard: bool) -> None:
    """Run steps in order and store what they executed, then print a line for each; errors as :func:`run`."""
    lines, total = [], 0.0
    for index, step in enumerate(steps, 1):
        try:
            notebook, seconds, memory = run(step, dataset, f"{index}/{len(steps)}")
        except NotebookFailed as error:
            raise NotebookFailed(
                f"Notebook {step.file_name} failed; its file is as it was.\n\n{error}"
            ) from error
        complaints = make_storable(notebook)
        place = (
            "not stored"
            if discard
            else f"stored in {workspace.shown(store(notebook, step, dataset))}"
        )
        total += seconds
        lines.append(
            f"{step.number} {step.title:<32} {seconds:6.1f} s {memory / 2**20:6,.0f} MiB  {place}"
        )
        lines.extend(f"   wrote to standard error (not stored): {text}" for text in complaints)
    print(
        "\n".join(
            [
                *lines,
                f"All {len(steps)} notebooks ran to their end in {total:.1f} s; data: {dataset.name}.",
            ]
        )
    )


def main() -> int:
    """Run what the command line asks for; the process's exit code, 0 if every notebook ran to its end."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "notebooks",
        nargs="*",
        metavar="NN",
        help="numbers or ranges, such as 03-05; none means all",
    )
    parser.add_argument(
        "--discard", action="store_true", help="do not store the executed notebooks"
    )
    arguments = parser.parse_args()
    steps = select(arguments.notebooks)
    if sys.platform == "win32":  # the kernels' sockets need a loop of this kind
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    try:
        dataset = mnist.load()
        print(dataset, flush=True)
        run_steps(steps, dataset, arguments.discard)
    except (mnist.DatasetError, workspace.WorkspaceError, NotebookFailed) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except (Interrupted, KeyboardInterrupt):
        print("\nInterrupted; no notebook was left half-written.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
