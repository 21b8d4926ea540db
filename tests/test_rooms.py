"""The house: which room may import which, what a room's door says, and who alone brings TensorFlow in."""

import ast
import importlib
import inspect
import pathlib
import types

import digits
import pytest
from digits.basics import workspace

PACKAGE = workspace.NOTEBOOKS_FOLDER / "digits"
# From the cellar to the roof. A module imports from floors below its own; within a room, nothing in a circle.
FLOORS = (
    {"basics"},
    {"series", "evaluation"},
    {"dataset"},
    {"store"},
    {"checks", "plots"},
    {"charts"},
    {"training"},
    {"results"},
    {"handwriting", "search", "drawpad"},
    {"start"},
)
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path != PACKAGE / "__init__.py"
}
ROOMS = sorted(name for name, path in MODULES.items() if path.name == "__init__.py")
# The stages of the handwriting pipeline, one file each, and what they share.
STAGES = {"pictures", "page", "paper", "ink", "strokes", "segmentation", "mnist_form"}
SHARED_BY_STAGES = {"between", "decoding", "preparation", "printed", "regions", "resizing"}


def imports_of(name: str) -> set[str]:
    """The modules of the package that a module imports, wherever it does: in functions and for type hints too."""
    found = set()
    path = MODULES[name]
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
            assert not [target for target in targets if target.split(".")[0] == "digits"], name
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1] + (node.module or "").split(".")
            base = ".".join(filter(None, base))
            for alias in node.names:
                whole = f"{base}.{alias.name}".lstrip(".")
                found.add(whole if whole in MODULES else base)
        elif isinstance(node, ast.ImportFrom):
            assert node.module.split(".")[0] != "digits", f"{name} imports its own package by name"
    return found


def test_every_room_has_a_floor():
    """A new folder would be nowhere: nobody would know what it may import."""
    assert {name.split(".")[0] for name in MODULES} == set(FLOOR_OF)


@pytest.mark.parametrize("name", MODULES)
def test_imports_run_downward(name):
    """The house could not be read from the cellar up: to understand a module one would have to know all others."""
    room = name.split(".")[0]
    for imported in imports_of(name):
        other = imported.split(".")[0]
        assert other == room or FLOOR_OF[other] < FLOOR_OF[room], f"{name} imports {imported}"


def test_no_modules_of_a_room_import_each_other_in_a_circle():
    """Two files would be one in truth."""
    unread = {name: imports_of(name) & MODULES.keys() for name in MODULES if name not in ROOMS}
    for room in ROOMS:
        unread[room] = (
            set()
        )  # a door hands on its room; what imports the door from elsewhere is above it
    while unread:
        readable = [name for name, needed in unread.items() if not needed & unread.keys()]
        assert readable, f"in a circle: {sorted(unread)}"
        for name in readable:
            del unread[name]


def outsiders(name: str) -> set[str]:
    """The first part of every library that a module imports."""
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_only_the_backend_imports_tensorflow():
    """It would be imported without the settings that make training quiet, repeatable and fast."""
    those = {name for name in MODULES if outsiders(name) & {"tensorflow", "keras"}}
    assert those == {"training.backend"}


def test_only_those_who_train_or_read_import_the_backend():
    """Looking at images would take the seconds that TensorFlow needs to start."""
    for name in MODULES:
        if "training.backend" in imports_of(name):
            room, _, module = name.partition(".")
            assert room in ("training", "search") or module in ("reading", "learning")


def test_store_knows_nothing_of_keras():
    """Paths, hashes and records would depend on how networks are saved."""
    for name in ("store.artifacts", "store.records"):
        text = MODULES[name].read_text(encoding="utf-8")
        assert "keras." not in text and "load_model" not in text


@pytest.mark.parametrize("room", ROOMS)
def test_door_says_what_the_room_is_for_and_hands_on_and_nothing_else(room):
    """A newcomer would open every file of a folder to learn what it is about."""
    tree = ast.parse(MODULES[room].read_text(encoding="utf-8"))
    assert 2 <= len(ast.get_docstring(tree).splitlines()) <= 8
    for node in tree.body[1:]:
        is_list = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        assert isinstance(node, ast.ImportFrom) or is_list, ast.unparse(node)


@pytest.mark.parametrize("room", ROOMS)
def test_room_hands_on_no_function_under_its_modules_name(room):
    """``digits.room.fit`` would be the function in one place and the module in another."""
    door = importlib.import_module(f"digits.{room}")
    modules = {name.split(".")[1] for name in MODULES if name.startswith(f"{room}.")}
    for name in getattr(door, "__all__", ()):
        value = getattr(door, name)
        assert isinstance(value, types.ModuleType) or name not in modules, name


def test_top_holds_only_the_map_and_what_every_notebook_uses():
    """Files would gather again where everybody drops them."""
    at_the_top = {path.stem for path in PACKAGE.glob("*.py")}
    assert at_the_top == {
        "__init__",
        "series",
        "start",
        "checks",
        "plots",
        "evaluation",
        "results",
    }
    assert all(room in inspect.getdoc(digits) for room in FLOOR_OF)


def test_no_stage_of_the_pipeline_calls_another():
    """The list of stages would be a description only, and one of them could run twice, or out of turn."""
    for stage in STAGES:
        imported = imports_of(f"handwriting.{stage}")
        assert imported <= {f"handwriting.{name}" for name in SHARED_BY_STAGES}, stage
    for name in SHARED_BY_STAGES:
        assert not imports_of(f"handwriting.{name}") & {f"handwriting.{stage}" for stage in STAGES}


def test_pipeline_lists_every_stage_in_order():
    """A newcomer who looks for the place where a photograph becomes 28 x 28 would not find it in the list."""
    from digits.handwriting import STAGES as LISTED

    where = [pathlib.Path(inspect.getfile(stage.run)).stem for stage in LISTED[1:]]
    assert where == ["page", "paper", "ink", "strokes", "segmentation", "mnist_form"]
    assert [stage.name for stage in LISTED] == [
        "picture",
        "page",
        "paper",
        "ink",
        "strokes",
        "digits",
        "MNIST's form",
    ]
