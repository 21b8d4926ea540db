"""The line that guards a claim in a lesson's text."""

from .dataset import mnist


def check(claim: str, holds: bool, *, only_on_mnist: bool = False) -> None:
    """Print ``claim`` as confirmed, or stop the notebook.

    Args:
        claim: a sentence of the lesson, with its margin.
        holds: whether it is true of the data and networks at hand.
        only_on_mnist: the claim is about all of MNIST; on the sample its line says so and nothing is checked.

    Raises:
        AssertionError: the claim does not hold.
    """
    if only_on_mnist and mnist.load().is_sample:
        print(f"not checked on the sample: {claim}")
        return
    if not holds:
        raise AssertionError(f"The text claims that {claim}, and here it is not so.")
    print(f"confirmed: {claim}")
