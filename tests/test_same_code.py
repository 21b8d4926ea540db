"""What notebook 07 works with is what its tables were measured with."""

import pathlib
import sys

import notebook_files
import pytest
from digits import series

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "benchmarks"))
STEP = series.step("07")


@pytest.fixture(scope="module")
def in_the_open():
    """The names that the cells of notebook 07 with networks of its own define, for an epoch of 100 batches."""
    from digits import training

    names = {"keras": training.keras, "layers": training.keras.layers, "batches": 100}
    names["RandomDistortion"] = training.RandomDistortion
    wanted = ("convolutional", "fully_connected", "compiled")
    for cell in notebook_files.code_cells(STEP):
        if any(cell.source.startswith(f"def {name}(") for name in wanted):
            exec(cell.source, names)
        for constant in ("DISTORTION = ", "GENTLE = "):
            found = [line for line in cell.source.splitlines() if line.startswith(constant)]
            exec("\n".join(found), names)
    return names


def test_networks_are_those_of_the_table(in_the_open):
    """The table would tell of other networks than those whose code stands beside it."""
    import stronger

    dense, conv = in_the_open["fully_connected"], in_the_open["convolutional"]
    shown = {
        "deep": dense("deep", in_the_open["DISTORTION"]),
        "deep-undistorted": dense("deep-undistorted"),
        "conv": conv("conv", in_the_open["GENTLE"]),
        "conv-undistorted": conv("conv-undistorted"),
    }
    for name, network in shown.items():
        expected = stronger.build(name, 100)
        assert _layers(network) == _layers(expected)
        assert _compiled(in_the_open["compiled"](network, 1)) == _compiled(expected)


def _layers(network) -> list[tuple[str, dict]]:
    """Each layer's class and settings, but for its name."""
    return [
        (type(layer).__name__, {**layer.get_config(), "name": None}) for layer in network.layers
    ]


def _compiled(network) -> dict:
    """How a network is compiled, but for names."""
    config = network.get_compile_config()
    config["optimizer"]["config"]["name"] = None
    return config
