"""Ctrl-C is held back until it is heeded, never lost, and works as ever afterwards."""

import signal
import threading

import pytest
from digits.search import interrupts

# Whatever ran before in this process, or ignores Ctrl-C around it.
pytestmark = pytest.mark.usefixtures("heeded_interrupts")


def press_ctrl_c():
    signal.raise_signal(signal.SIGINT)


def test_one_is_held_back_until_it_is_heeded():
    with interrupts.held_back():
        interrupts.heed()
        press_ctrl_c()
        with pytest.raises(KeyboardInterrupt):
            interrupts.heed()


def test_second_one_is_raised_at_once():
    with interrupts.held_back():
        press_ctrl_c()
        with pytest.raises(KeyboardInterrupt):
            press_ctrl_c()


def test_afterwards_it_works_as_before():
    before = signal.getsignal(signal.SIGINT)
    with interrupts.held_back():
        press_ctrl_c()
    assert signal.getsignal(signal.SIGINT) is before
    interrupts.heed()  # one that came too late to be heeded is not kept for the next time
    with pytest.raises(KeyboardInterrupt):
        press_ctrl_c()


def test_handler_of_somebody_else_is_kept():
    """Jupyter has one of its own."""

    def own(number, frame):
        """Does nothing."""

    before = signal.signal(signal.SIGINT, own)
    with interrupts.held_back():
        assert signal.getsignal(signal.SIGINT) is not own
    assert signal.signal(signal.SIGINT, before) is own


def test_an_error_within_leaves_nothing_behind():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError), interrupts.held_back():
        press_ctrl_c()
        raise ZeroDivisionError
    assert signal.getsignal(signal.SIGINT) is before
    interrupts.heed()


def test_other_threads_may_use_it():
    """Python allows signal handlers to be set in the main thread only."""
    entered = []

    def work():
        with interrupts.held_back():
            interrupts.heed()
            entered.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert entered
