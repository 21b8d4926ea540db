"""What notebook 07 shows in the open is what its tables were measured with: the disturbances and the networks."""

import pathlib
import sys

import notebook_files
import numpy as np
import pytest
from digits import series

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "benchmarks"))
STEP = series.step("07")


@pytest.fixture(scope="module")
def in_the_open():
    """The names that the cells of notebook 07 with functions of its own define."""
    from digits import training

    names = {"np": np, "keras": training.keras, "layers": training.keras.layers, "SEED": 0}
    names["RandomDistortion"] = training.RandomDistortion
    exec("from scipy import ndimage", names)
    wanted = ("compiled_dense", "compiled_convolutional", *DISTURBANCES)
    for cell in notebook_files.code_cells(STEP):
        if any(cell.source.startswith(f"def {name}(") for name in wanted):
            exec(cell.source, names)
        for constant in ("DISTORTION = ", "GENTLE = "):
            found = [line for line in cell.source.splitlines() if line.startswith(constant)]
            exec("\n".join(found), names)
    return names


DISTURBANCES = {"moved": 3, "turned": 20, "noisy": 0.3, "thickened": 2, "occluded": 6}


@pytest.mark.parametrize(("name", "level"), DISTURBANCES.items())
def test_disturbances_are_those_of_the_table(in_the_open, name, level):
    """The reader would see other disturbed digits than those that the table counts mistakes on."""
    import robustness

    digits = np.random.default_rng(1).random((8, 28, 28), dtype=np.float32)
    for strength in (level, -1) if name == "thickened" else (level,):
        expected = getattr(robustness, name)(digits, strength)
        np.testing.assert_array_equal(in_the_open[name](digits, strength), expected)
        assert not np.array_equal(expected, digits)


def test_networks_are_those_of_the_table(in_the_open):
    """The table would tell of other networks than those whose code stands beside it."""
    import stronger

    dense = {"dropout": 0.1, "decay": 0.004, "normalise": True}
    build, conv = in_the_open["compiled_dense"], in_the_open["compiled_convolutional"]
    shown = {
        "deep": build("deep", 512, 100, in_the_open["DISTORTION"], **dense),
        "deep-undistorted": build("deep-undistorted", 512, 100, **dense),
        "conv": conv("conv", 100, in_the_open["GENTLE"]),
        "conv-undistorted": conv("conv-undistorted", 100),
    }
    for name, network in shown.items():
        expected = stronger.build(name, 100)
        assert _layers(network) == _layers(expected)
        assert _compiled(network) == _compiled(expected)


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
