"""Storages that fail, are damaged, or are of another version: one sentence says why, and nothing found is lost."""

import contextlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import threading
import urllib.parse

import optuna
import pytest
import sqlalchemy
from digits.basics import workspace
from digits.dataset import mnist
from digits.search import failures, storages, studies
from optuna.exceptions import StorageInternalError
from optuna.storages.journal import JournalFileOpenLock
from servers import new_server


def quick(trial: optuna.Trial) -> float:
    """A trial without a network."""
    x = trial.suggest_float("x", 0, 1)
    trial.report(x, step=1)
    return x


def open_study(address: str | None) -> optuna.Study:
    return studies.open_study("test", address, seed=0, first={"x": 0.5})


def search(address: str | None, budget: int, run_trial=quick) -> int:
    """Search until there are so many trials; their number."""
    study = open_study(address)
    studies.top_up(study, run_trial, budget)
    return len(studies.table(study))


def address_of(file: pathlib.Path) -> str:
    return f"sqlite:///{urllib.parse.quote(file.as_posix())}"


def refused(address: str | None, budget: int = 1, run_trial=quick) -> str:
    """The one sentence with which a search ends."""
    with pytest.raises(storages.StudyError) as raised:
        search(address, budget, run_trial)
    sentence = str(raised.value)
    assert sentence.endswith(".") and ". " not in sentence and "\n" not in sentence
    assert "invalid data in the commit" not in sentence
    return sentence


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """What fails is tried again after seconds, by the package and by Optuna; here it fails for good."""
    monkeypatch.setattr(storages.time, "sleep", lambda seconds: None)


@pytest.fixture
def journal(home):
    return home / "study.journal"


@pytest.fixture
def database(home):
    return home / "study.db"


@pytest.fixture(params=["database", "journal"])
def kept_in(request, home):
    """The file of a storage of each kind that lies in one, and its address."""
    if request.param == "journal":
        return home / "study.journal", str(home / "study.journal")
    return home / "study.db", address_of(home / "study.db")


# ---------------------------------------------------------------- made by something else


@pytest.mark.parametrize(
    ("revision", "version", "remedy"),
    [
        ("v2.6.0.a", "2.10.0", "optuna storage upgrade --storage "),
        ("v9.9.0.a", "9.9.0", "or install a newer Optuna."),
    ],
)
def test_study_of_another_version_of_optuna(database, revision, version, remedy):
    search(address_of(database), 1)
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("update alembic_version set version_num = ?", (revision,))
        connection.execute("update version_info set library_version = ?", (version,))
    with pytest.raises(storages.StudyError) as raised:
        open_study(address_of(database))
    assert f"made by another version of Optuna ({version}; " in str(raised.value)
    assert "another place with --storage" in str(raised.value) and remedy in str(raised.value)


@pytest.mark.parametrize(
    "record", ['{"op_code":99}', '{"op_code":4}', '{"op_code":9,"trial_id":7}']
)
def test_journal_of_another_version_of_optuna(journal, record):
    """What another version writes and leaves out is not this one's to guess."""
    search(str(journal), 1)
    journal.write_text(journal.read_text() + record + "\n")
    assert "another version wrote it: name another place with --storage" in refused(str(journal))


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"Dear diary,\nnothing today.\n", "line 1"),
        (b"no end of the line", "line 1"),
        (b"one line\n", "line 1"),
        (b'{"a": "configuration"}', "line 1"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "line 1"),
    ],
)
def test_file_that_is_no_journal_is_left_alone(journal, content, where):
    journal.write_bytes(content)
    assert f"because {where} of it is not a journal's" in refused(str(journal))
    assert journal.read_bytes() == content


def test_folder_in_the_place_of_a_file(home, kept_in):
    file, address = kept_in
    file.mkdir()
    assert f"name a file in a folder, and {file} is something else" in refused(address)


def test_database_that_is_none(database):
    database.write_text("Dear diary")
    assert f"(file is not a database): look whether {database} is a study" in refused(
        address_of(database)
    )


# ---------------------------------------------------------------- torn journals

TORN = {
    "half a line": b'{"op_code": 4, "worker_id": "x", "stu',
    "half a line with an end": b'{"op_code": 4, "worker_id": "x", "stu\n',
    "a line without its end": b'{"op_code":99}',
    "zeros, as after a power failure": bytes(40),
}


@pytest.mark.parametrize("end", TORN.values(), ids=TORN)
def test_torn_last_line_is_cut_off_and_said(journal, end, capsys):
    """As when a worker is killed while it writes; otherwise no worker could use the journal again."""
    search(str(journal), 2)
    whole = journal.read_bytes()
    journal.write_bytes(whole + end)
    assert search(str(journal), 3) == 3
    assert journal.read_bytes().startswith(whole + b'{"op_code":'), "and nothing else"
    assert "last line of" in (said := capsys.readouterr().out) and said.count("cut off") == 1
    assert search(str(journal), 4) == 4 and capsys.readouterr().out == ""


def test_torn_first_line_is_cut_off(journal):
    for beginning in (b'{"op', TORN["half a line"].replace(b" ", b"")):
        journal.write_bytes(beginning)
        assert search(str(journal), 1) == 1


def test_line_that_is_torn_while_others_search_is_cut_off(journal, capsys):
    """Nobody opens the journal anew; the next who writes must not write behind half a line."""

    def beside_one_that_is_killed(trial):
        with open(journal, "ab") as file:
            file.write(TORN["half a line"])
        return quick(trial)

    assert search(str(journal), 2, beside_one_that_is_killed) == 2
    assert capsys.readouterr().out.count("was cut off") == 2
    assert search(str(journal), 3) == 3


def test_line_that_another_worker_is_writing_is_not_cut_off(journal):
    """Whoever opens the journal waits for its lock: half a line may be the beginning of a whole one."""
    search(str(journal), 1)
    whole = journal.read_bytes()
    line = whole.splitlines(keepends=True)[-1]
    guard = JournalFileOpenLock(str(journal))
    guard.acquire()
    opened = threading.Thread(target=storages.open_storage, args=[str(journal)])
    with open(journal, "ab") as file:
        file.write(line[:20])
        file.flush()
        opened.start()
        opened.join(0.5)
        file.write(line[20:])
    guard.release()
    opened.join()
    assert journal.read_bytes() == whole + line


def test_torn_line_in_the_middle_is_named_and_kept(journal):
    """What stands behind it counts on it: to leave it out would mix up trials."""
    search(str(journal), 2)
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[4] = TORN["half a line"] + lines[4]
    journal.write_bytes(b"".join(lines))
    sentence = refused(str(journal), 3)
    assert "because line 5 of it is not a journal's, or is damaged" in sentence
    assert journal.read_bytes() == b"".join(lines)


# ---------------------------------------------------------------- what cannot be written


@pytest.mark.parametrize("file_name", ["study.db", "study.journal"])
@pytest.mark.parametrize("what", ["folder", "file and folder", "empty folder"])
def test_without_the_right_to_write(ordinary_user, home, file_name, what):
    as_ordinary_user, folder = ordinary_user
    file = folder / file_name
    address = str(file) if file.suffix == ".journal" else address_of(file)
    with as_ordinary_user():
        if not os.access(optuna.__file__, os.R_OK, effective_ids=True):
            pytest.skip("this Python's libraries are root's alone")
        if what != "empty folder":
            search(address, 1)
        if what == "file and folder":
            file.chmod(0o444)
        folder.chmod(0o555)
        assert f"make the folder {folder} and the files in it writable" in refused(address, 2)


def test_journal_without_the_right_to_write_in_a_folder_with(ordinary_user, home):
    as_ordinary_user, folder = ordinary_user
    file = folder / "study.journal"
    with as_ordinary_user():
        search(str(file), 1)
        file.chmod(0o444)
        assert f"[Errno 13] Permission denied: '{file}'" in refused(str(file), 2)


def test_own_folder_without_the_right_to_write(ordinary_user, monkeypatch, home, sample_file):
    """Without an address, the folder is the series' own, and is made first."""
    as_ordinary_user, folder = ordinary_user
    data = folder / "data" / "sample"
    data.mkdir(parents=True)
    shutil.copy(sample_file, data)
    data.chmod(0o555)
    monkeypatch.setenv("DIGITS_HOME", str(folder))
    mnist.load()
    with as_ordinary_user():
        sentence = refused(None)
    assert "data/sample/tuning/study.db cannot be used ([Errno 13] Permission denied" in sentence
    assert f"make the folder {data} and the files in it writable" in sentence


WORKER = """
import sys
from digits.search import failures, storages, studies

storages.HEARTBEAT = 1
address, largest_file, waits = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "waits"

def trial(trial):
    x = trial.suggest_float("x", 0, 1)
    if waits and trial.number == 2:
        print("begun", flush=True)
        sys.stdin.readline()
    trial.report(x, step=1)
    return x

study = studies.open_study("test", address, seed=0, first={"x": 0.5})
studies.top_up(study, trial, 2)
if largest_file:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))
try:
    studies.top_up(study, trial, 1000)
except storages.StudyError as error:
    print(error)
"""


def start_worker(address: str, largest_file: int = 0, waits: str = "") -> subprocess.Popen:
    """A worker in a process of its own: one in whose standard error a traceback would be."""
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, address, str(largest_file), waits],
        env={**os.environ, "PYTHONPATH": str(workspace.NOTEBOOKS_FOLDER), "PYTHONUTF8": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit of a file's size")
def test_journal_on_a_full_disk(journal):
    """In the middle of a line there is no more room: the line is taken back, and the search goes on where there is."""
    output, errors = start_worker(str(journal), 10_000).communicate(timeout=60)
    assert errors == "" and output.count("\n") == 1
    assert "([Errno 27] File too large): free some space on the disk" in output
    assert 9000 < journal.stat().st_size < 10000 and journal.read_bytes().endswith(b"}\n")
    study = open_study(str(journal))
    finished = len(studies.table(study))
    studies.top_up(study, quick, finished + 2, give_up_after=0.01)
    assert len(studies.table(study)) == finished + 2 and studies.running(study) == 0


def test_database_on_a_full_disk(database, monkeypatch):
    """SQLite is told that the file may not grow, which it tells like a full disk."""
    monkeypatch.setattr(storages, "HEARTBEAT", 1)
    monkeypatch.setattr(storages, "GRACE_PERIOD", 1)
    study = open_study(address_of(database))
    studies.top_up(study, quick, 2)
    most = database.stat().st_size // 4096 + 2
    engine = study._storage._backend.engine
    sqlalchemy.event.listen(
        engine, "connect", lambda new, _: new.execute(f"pragma max_page_count = {most}")
    )
    engine.dispose()  # later connections have the limit
    with pytest.raises(storages.StudyError) as raised:
        studies.top_up(study, quick, 1000)
    assert "(database or disk is full): free some space on the disk of" in str(raised.value)
    finished = len(studies.table(open_study(address_of(database))))
    assert finished > 2 and search(address_of(database), finished + 2) == finished + 2


@pytest.mark.skipif(os.name == "nt", reason="Windows does not remove files that are open")
def test_file_that_vanishes_while_it_is_searched(kept_in, monkeypatch, capsys):
    """The database's sign of life runs in a thread; what fails there is no traceback."""
    monkeypatch.setattr(storages, "HEARTBEAT", 1)
    file, address = kept_in

    def vanishing(trial):
        file.unlink()
        threading.Event().wait(1.2)
        return quick(trial)

    assert f"{file} is not there any more; put it back, or name another" in refused(
        address, 2, vanishing
    )
    assert capsys.readouterr().err == ""


def test_folder_that_vanishes_while_it_is_searched(journal):
    def vanishing(trial):
        journal.parent.rename(journal.parent.with_name("elsewhere"))
        return quick(trial)

    assert f"create the folder {journal.parent}" in refused(str(journal), 2, vanishing)


# ---------------------------------------------------------------- addresses


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_folder_whose_name_means_something_in_an_address(home, sample_file, tmp_path, monkeypatch):
    """The study lies with the data, and no stray file lies beside."""
    folder = tmp_path / "here" / "What now? #1 100%41 {x} + Übung"
    data = folder / "data" / "sample"
    data.mkdir(parents=True)
    shutil.copy(sample_file, data)
    monkeypatch.setenv("DIGITS_HOME", str(folder))
    assert search(None, 1) == 1
    assert [path.name for path in (data / "tuning").iterdir()] == ["study.db"]
    assert list(folder.parent.iterdir()) == [folder]


def test_question_mark_in_an_address_is_refused(tmp_path, home):
    """It ends the path, and the study would lie in a file "What now"."""
    assert "write %3F instead" in refused(f"sqlite:///{tmp_path}/What now?/study.db")
    assert not (tmp_path / "What now").exists()


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("sqlite:///study.db", "study.db"),
        ("sqlite:///", None),
        ("sqlite:///:memory:", None),
        ("sqlite:///file:study.db?uri=true", None),
        ("postgresql+psycopg://ada@host/study", None),
    ],
)
def test_only_a_database_in_a_file_has_one(tmp_path, monkeypatch, address, file):
    """What to do about a database that fails depends on it: free the disk, or see whether the server runs."""
    monkeypatch.chdir(tmp_path)
    found = storages._file_of(sqlalchemy.make_url(address))
    assert found == (file and tmp_path / file)


def test_reason_is_that_of_the_driver_and_no_older_one():
    """Optuna's errors hide what happened; an error of its own that came while another was handled does not."""
    told = {}
    for wrapper in (StorageInternalError, OSError):
        try:
            try:
                raise KeyError("older")
            except KeyError:
                raise wrapper("newer")  # noqa: B904 (the older one is its context)
        except wrapper as error:
            told[wrapper] = failures.reason_of(error)
    assert told == {StorageInternalError: "'older'", OSError: "newer"}


def test_braces_in_an_address_are_braces(tmp_path, home):
    """Optuna would take them for a place to fill in."""
    assert search(f"sqlite:///{tmp_path.as_posix()}/{{mine}}.db", 1) == 1
    assert (tmp_path / "{mine}.db").exists()


@pytest.mark.parametrize(
    ("address", "module", "package"),
    [
        ("postgresql+psycopg://host/digits", "psycopg", '"psycopg[binary]"'),
        ("mysql+pymysql://host/digits", "pymysql", "pymysql"),
        ("mysql://host/digits", "MySQLdb", "mysqlclient"),
    ],
)
def test_driver_that_is_not_installed_is_named(monkeypatch, address, module, package):
    monkeypatch.setitem(sys.modules, module, None)
    assert f"install it with pip install {package}." in refused(address)


# ---------------------------------------------------------------- a server


@pytest.fixture
def server():
    """A PostgreSQL server of this test alone, which may stop it."""
    server = new_server()
    yield server
    server.remove()


@pytest.mark.slow
def test_server_that_goes_away_while_it_is_searched(server, monkeypatch):
    """The worker ends with a sentence; another one runs its trial again, and what was finished is there."""
    monkeypatch.setattr(storages, "GRACE_PERIOD", 2)
    address = server.new_database()
    worker = start_worker(address, waits="waits")
    assert worker.stdout.readline() == "begun\n", worker.communicate()
    finished = studies.table(open_study(address))
    server.stop()
    threading.Event().wait(1.5)  # its sign of life fails
    output, errors = worker.communicate("go on\n", timeout=60)
    assert errors == "" and output.count("\n") == 1 and "secret" not in output
    assert output.startswith("The study in postgresql+psycopg://digits:***@127.0.0.1:")
    assert "): check the address, and that the database runs, then start again; " in output
    server.start()
    lost = open_study(address).trials[2]
    assert search(address, 4) == 4
    study = open_study(address)
    again = [trial.state.name for trial in study.trials if trial.params == lost.params]
    assert again == ["FAIL", "COMPLETE"] and len(finished) == 2
    assert studies.table(study).head(2).equals(finished)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "postgresql+psycopg://ada:p@ss:w@rd@host/digits",
            "postgresql+psycopg://ada:***@host/digits",
        ),
        ("postgresql://ada:secret@host:port/digits", "postgresql://ada:***@host:port/digits"),
        ("postgresql://ada@host/digits", "postgresql://ada@host/digits"),
        ("sqlite:///a@b:c.db", "sqlite:///a@b:c.db"),
    ],
)
def test_password_is_never_shown(address, shown):
    """Also where the address cannot be understood, for which a password with an @ is often the reason."""
    assert storages.shown(address) == shown
