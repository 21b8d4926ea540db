"""Run the notebooks of the series headless, each when what it needs is there, and refresh what they store.

    python notebooks/run_all.py              all notebooks
    python notebooks/run_all.py --sample     all of them on 5,000 images, in one to three minutes
    python notebooks/run_all.py 03-05 01     some of them, in the order of the series
    python notebooks/run_all.py --discard 02 for the artifacts alone: the notebook file is left as it is
    python notebooks/run_all.py --renumber   run nothing; write the notebooks' numbers as the table of steps has them

On MNIST the executed notebooks replace those in notebooks/. On the 5,000-image sample (--sample, DIGITS_MNIST=sample,
or when MNIST can be neither found nor downloaded) they go to data/sample/notebooks/, and nothing stored is touched.
"""

import asyncio
import atexit
import contextlib
import os
import pathlib
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # python -P leaves it out
try:
    from digits.basics import commands
except RuntimeError as error:  # the wrong Python
    sys.exit(str(error))
with commands.naming_missing_libraries():
    import nbformat
    from digits import series
    from digits.basics import coming, kernels, renumbering, workspace
    from digits.dataset import mnist
    from jupyter_client import AsyncKernelManager
    from jupyter_client.kernelspec import KernelSpecManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from tqdm import tqdm

# This file needs no newer syntax than Python 3.6 can read, so that an older Python comes as far as the sentence above.
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # in this process, as in the kernels
CELL_TIMEOUT = 3600  # seconds; a cell may also wait for what another notebook has to write first
_START_TIMEOUT = 600  # seconds, in which a kernel imports the libraries
# Two that train, and two that get ready or work without training; each takes memory.
_KERNELS_AT_ONCE, _TRAININGS_AT_ONCE = 4, 2
# A kernel looks into the user's PYTHONPATH before the notebooks' folder; there may be other packages called digits.
_OWN_FOLDER_FIRST = f"import sys; sys.path.insert(0, {str(workspace.NOTEBOOKS_FOLDER)!r})\n"
# What takes a notebook's first cells most of their time; the notebook's own imports then find it done.
_IMPORTS = "import digits.start, matplotlib.pyplot, seaborn\n"
_IMPORTS_FOR_NETWORKS = "import digits.training.repeats\n"
# What these say is meant for the reader; where in the code they were raised is not.
_SENTENCES = ("ArtifactError", "DatasetError", "StudyError", "WorkspaceError")
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


class SeriesClient(NotebookClient):
    """The kernel of one notebook, from its start to its end, and the notebook that is executed in it."""

    def __init__(self, step: series.Step, on_cell_complete: Callable):
        self.step = step
        notebook = _read(step)
        self.code_cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for cell in self.code_cells:
            cell.outputs, cell.execution_count = [], None
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
            on_cell_complete=on_cell_complete,
        )

    def create_kernel_manager(self) -> AsyncKernelManager:
        """A manager that knows only this environment's own kernel: a user's "python3" could be any Python."""
        self.km = AsyncKernelManager(
            kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[])
        )
        return self.km

    async def ask(self, code: str) -> str:
        """Run code that is not part of the notebook; what it printed. Errors in it are not raised.

        Raises:
            DeadKernelError: the kernel has ended.
        """
        answers = []
        asking = asyncio.ensure_future(
            self.kc.execute_interactive(
                code,
                silent=True,
                store_history=False,
                output_hook=lambda message: answers.append(message["content"].get("text", "")),
                timeout=_START_TIMEOUT,
            )
        )
        try:
            while not (await asyncio.wait([asking], timeout=1))[0]:
                if not await self.km.is_alive():
                    raise DeadKernelError("Kernel died")
        finally:
            asking.cancel()
        return "".join(answers).strip()

    async def execute_all_cells(self) -> None:
        """Execute the notebook's cells in order; errors are those of nbclient."""
        for index, cell in enumerate(self.nb.cells):
            await self.async_execute_cell(cell, index, execution_count=self.code_cells_executed + 1)


class SeriesRun:
    """One run of some notebooks, in the order of the series.

    A notebook begins as soon as the artifacts are written that it needs at once; its kernel was started before and has
    imported the libraries by then. For those that it needs late it waits itself (:mod:`digits.basics.coming`). Two that
    train run at a time: while one compiles or draws, which takes one core, the other uses both.
    """

    def __init__(self, steps: list[series.Step], dataset: mnist.Dataset, discard: bool):
        self.dataset, self.discard = dataset, discard
        self.clients = [
            SeriesClient(step, on_cell_complete=lambda cell, cell_index: self.bar.update())
            for step in steps
        ]
        self.room = asyncio.Semaphore(_KERNELS_AT_ONCE)
        self.training = asyncio.Semaphore(_TRAININGS_AT_ONCE)
        self.to_be_written = {name for step in steps for name in (*step.writes, *step.may_write)}
        self.running: set[str] = set()
        self.bar = tqdm(
            bar_format="{desc:<14} {bar:30} cell {n_fmt}/{total_fmt}  {elapsed}",
            total=sum(len(client.code_cells) for client in self.clients),
            disable=not workspace.shows_progress(),
        )

    async def run(self) -> None:
        """Run the notebooks, store what they executed, and print a line for each as it ends.

        Raises:
            NotebookFailed: a cell raised an error, took too long, or killed its kernel, or the notebook could not be
                stored; the other notebooks that ran at this moment were ended, and their files are as they were.
        """
        started = time.perf_counter()
        if not self.discard:
            self._require_place()
        try:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, self.bar:
                self.folder = pathlib.Path(folder)
                self.coming = self.folder / "coming"
                self.coming.mkdir()
                coming.announce(self.coming, self.to_be_written)
                async with asyncio.TaskGroup() as group:
                    for client in self.clients:
                        group.create_task(self._run_one(client))
        except ExceptionGroup as raised:  # not except*, which an older Python could not even read
            failures, others = raised.split((NotebookFailed, workspace.WorkspaceError))
            # As where nobody reads the output any more.
            if others and isinstance(others.exceptions[0], OSError):
                raise others.exceptions[0] from None
            if others:
                raise
            raise NotebookFailed("\n\n".join(map(str, failures.exceptions))) from None
        print(
            f"All {len(self.clients)} notebooks ran to their end in {time.perf_counter() - started:.1f} s; "
            f"data: {self.dataset.name}."
        )

    def _require_place(self) -> None:
        """Raise :class:`NotebookFailed` if executed notebooks cannot be stored: better now than in ten minutes."""
        folder = place(self.clients[0].step, self.dataset).parent
        if folder.exists() and not os.access(folder, os.W_OK):
            raise NotebookFailed(
                f"The executed notebooks cannot be stored: {folder} is read-only. With --discard they are run for "
                "their artifacts and figures alone, which DIGITS_HOME can keep elsewhere."
            )

    async def _run_one(self, client: SeriesClient) -> None:
        """Run and store one notebook when its turn has come."""
        step = client.step
        try:
            async with self.room, client.async_setup_kernel(env=self._environment(step)):
                uses_networks = _has_networks(step.reads + step.writes)
                imports = _OWN_FOLDER_FIRST + _IMPORTS + _IMPORTS_FOR_NETWORKS * uses_networks
                complaints = [await client.ask(imports)]
                for name in self._needed_at_once(step):
                    while coming.is_to_come(name, self.coming):
                        await asyncio.sleep(coming.LOOK_EVERY)
                trains = _has_networks(step.writes)
                async with self.training if trains else contextlib.nullcontext():
                    self._show_running(add=step.number)
                    started = time.perf_counter()
                    await client.execute_all_cells()
                    seconds = time.perf_counter() - started
                memory = int(await client.ask(_PEAK_MEMORY) or 0)
                # All is written; TensorFlow's own end would take two seconds.
                client.shutdown_kernel = "immediate"
        except (CellExecutionError, CellTimeoutError, RuntimeError) as error:
            # nbclient takes its own cancelling for the kernel's death.
            if asyncio.current_task().cancelling():
                raise asyncio.CancelledError from error
            # nbclient would end once more, at this process's end, a kernel that never started.
            atexit.unregister(client._cleanup_kernel)
            raise NotebookFailed(
                f"Notebook {step.file_name} failed; its file is as it was.\n\n{_describe_failure(client, error)}"
            ) from error
        complaints += make_storable(client.nb)
        where = (
            "not stored"
            if self.discard
            else f"stored in {workspace.shown(store(client.nb, step, self.dataset))}"
        )
        self.bar.write(
            f"{step.number} {step.title:<32} {seconds:6.1f} s {memory / 2**20:6,.0f} MiB  {where}"
        )
        for text in filter(None, complaints):
            self.bar.write(f"   wrote to standard error (not stored): {text}")
        self._show_running(remove=step.number)
        coming.settle(self.coming, (*step.writes, *step.may_write))

    def _needed_at_once(self, step: series.Step) -> list[str]:
        """What must be written before a notebook begins: all that it reads, if it would have to make some of it."""
        complete = self.to_be_written.issuperset(step.reads)
        return [name for name in step.reads if not (complete and name in step.late)]

    def _environment(self, step: series.Step) -> dict[str, str]:
        """A kernel's environment: nothing that differs from run to run, and no second search for the data."""
        environment = {
            **os.environ,
            "DIGITS_PROGRESS": "0",
            "DIGITS_MNIST": self.dataset.location,
            "DIGITS_HOME": str(workspace.home()),  # absolute: the kernel works in another folder
            coming.VARIABLE: str(self.coming),
            coming.BEING_RUN: " ".join([*coming.being_run(), step.number]),
        }
        kernels.shield(environment, self.folder)
        return environment

    def _show_running(self, add: str = "", remove: str = "") -> None:
        """Let the bar name the notebooks that run now."""
        self.running = (self.running | {add}) - {remove, ""}
        self.bar.set_description_str(f"Notebook {', '.join(sorted(self.running))}")


def _read(step: series.Step):
    """A step's notebook; :class:`NotebookFailed` if it is not there or not a notebook."""
    try:
        # Editors put the mark of UTF-8 before it.
        return nbformat.reads(step.notebook.read_text(encoding="utf-8-sig"), as_version=4)
    except Exception as error:  # what a torn or merged file raises is manifold
        reason = "it is not there" if isinstance(error, FileNotFoundError) else "it is no notebook"
        raise NotebookFailed(
            f"{step.notebook} cannot be read: {reason}. If it holds work of yours, mend it or copy it elsewhere; "
            f"then bring it back from your copy of the repository: git checkout -- notebooks/{step.file_name}"
        ) from error


def _has_networks(artifacts: tuple[str, ...]) -> bool:
    return any(name.startswith("models/") for name in artifacts)


def run_heeding_signals(coroutine: Coroutine) -> None:
    """Run a coroutine to its end; Ctrl-C and a polite kill cancel it, which lets it end its kernels.

    It runs in a thread of its own, because nbclient replaces the main thread's handling of signals.

    Raises:
        asyncio.CancelledError: it was cancelled.
    """
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(_complain)
    task = loop.create_task(coroutine)

    def interrupt(*_) -> None:  # a second Ctrl-C must not end the clean-up
        loop.call_soon_threadsafe(lambda: task.cancelling() or task.cancel())

    def work() -> None:
        with contextlib.suppress(BaseException):  # the task holds it
            loop.run_until_complete(task)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    thread = threading.Thread(target=work)
    names = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(name, interrupt) for name in names]
    try:
        thread.start()
        while thread.is_alive():
            thread.join(timeout=0.1)  # without an end, Windows would not notice Ctrl-C
    finally:
        for name, handler in zip(names, before, strict=True):
            signal.signal(name, handler)
    task.result()


def _complain(loop: asyncio.AbstractEventLoop, context: dict) -> None:
    """Report errors that no task waits for, but not of nbclient's watchman: a kernel that was ended makes it fail."""
    watchman = NotebookClient._async_poll_kernel_alive.__qualname__
    if watchman not in repr(context.get("future")):
        loop.default_exception_handler(context)


def _describe_failure(client: SeriesClient, error: Exception) -> str:
    """What went wrong, as plain text: a sentence of ours, or the failing cell's source and what it raised."""
    for number, cell in enumerate(client.code_cells, 1):
        for output in cell.outputs:
            if output.output_type == "error":
                if output.ename in _SENTENCES:
                    return f"Code cell {number}: {output.evalue}"
                traceback = _ANSI_COLOURS.sub("", "\n".join(output.traceback))
                return f"Code cell {number} failed:\n\n{cell.source}\n\n{traceback}"
    if isinstance(error, RuntimeError) and not client.code_cells_executed:
        return (
            f"Its kernel did not start, or ended while it imported the libraries ({error}). To see why, run: "
            f'{sys.executable} -c "import ipykernel, tensorflow" (if that ends without a word, this computer may '
            "forbid programs to talk to each other at 127.0.0.1, or give this user no home folder)"
        )
    if isinstance(error, DeadKernelError):
        return (
            f"Its kernel was ended from outside, in code cell {client.code_cells_executed} of "
            f"{len(client.code_cells)}. Most likely the computer ran out of memory: this notebook needs up to "
            f"{client.step.memory:,} MB, and up to {_KERNELS_AT_ONCE} kernels are open at a time. Close other "
            f"programs, or run this notebook alone: python notebooks/run_all.py {client.step.number}"
        )
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


def place(step: series.Step, dataset: mnist.Dataset) -> pathlib.Path:
    """Where a step's executed notebook is stored."""
    if dataset.is_sample:
        return workspace.data_folder() / "sample" / "notebooks" / step.file_name
    return step.notebook


def store(notebook, step: series.Step, dataset: mnist.Dataset) -> pathlib.Path:
    """Write an executed notebook to its place, whole or not at all; that place."""
    path = place(step, dataset)
    with workspace.write_atomically(path) as temporary:
        temporary.write_bytes(nbformat.writes(notebook).encode() + b"\n")
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


def renumber() -> int:
    """Write all numbers as the table of steps has them; the process's exit code."""
    try:
        changes = renumbering.renumber(workspace.NOTEBOOKS_FOLDER.parent, series.STEPS)
    except (renumbering.RenumberingError, workspace.WorkspaceError) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(changes) or "All numbers agree with the table of steps.")
    return 0


def main() -> int:
    """Run what the command line asks for; the process's exit code, 0 if every notebook ran to its end."""
    parser = commands.parser(__doc__)
    parser.add_argument(
        "notebooks",
        nargs="*",
        metavar="NN",
        help="numbers or ranges, such as 03-05; none means all",
    )
    parser.add_argument(
        "--discard", action="store_true", help="do not store the executed notebooks"
    )
    parser.add_argument(
        "--sample",
        action="store_true",
        help="run on 5,000 images that are there without a download",
    )
    parser.add_argument(
        "--renumber",
        action="store_true",
        help="after a change of the table of steps: rename notebooks and figures, rewrite links",
    )
    arguments = parser.parse_args()
    if arguments.renumber:
        return renumber()
    if arguments.sample:
        os.environ["DIGITS_MNIST"] = mnist.SAMPLE_WORD
    steps = select(arguments.notebooks)
    if sys.platform == "win32":  # the kernels' sockets need a loop of this kind
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    try:
        dataset = mnist.load()
        print(dataset, flush=True)
        run_heeding_signals(SeriesRun(steps, dataset, arguments.discard).run())
    except (mnist.DatasetError, workspace.WorkspaceError, NotebookFailed) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except (asyncio.CancelledError, KeyboardInterrupt):
        print("\nInterrupted; no notebook was left half-written.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    commands.run(main)
