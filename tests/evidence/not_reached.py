"""The checks of notebooks that no disturbance reaches, by how they begin, and why; see disturbed.py."""

LITERALS = "it computes with the numbers of its sentence alone"
NETWORK = "it looks into a network or a layer, which is not disturbed"
LIBRARY = "it compares constants of modules with the text"
MASKED = "its cell computes what it looks at from a table of its own"
TOO_SLOW = "each disturbance trains or reads anew, and few fit into the time"
NOT_REACHED = {
    LITERALS: (
        "precision 1 and recall 0.1 make",
        "5 wrong answers of 9,000 are",
        "a true share of 1 in 1,000 gives",
        "of 100 random images about 15 have",
        "58 random trials are too few",
        "25 trials hit it with",
        "six lost pictures and none gained",
        "500 pictures leave 1.4 points",
        "one, two and three layers may have",
    ),
    NETWORK: (
        "the own network has at most 110,000",
        "our loss is Keras's, within 0.001",
        "outside training the layer changes nothing",
        "distorted images stay within 0 and 1",
        "deep-undistorted has over 6 times",
        "deep has 672,778 parameters",
        "tiny_10k has the layers of",
        "tiny-10k multiplies 516,000 times",
        "the rule counts tuned's parameters",
        "training.fooled finds the same copy",
    ),
    LIBRARY: (
        "17 of 52 letters are left out",
        "they are those in the text",
        "with a teacher they saw each image",
        "from labels, every distortion was weaker",
        "the teacher was the one in the text",
        "on a plain scale 3 %",
    ),
    TOO_SLOW: (
        "own reads at least 98.2 %",
        "over 1,000 thresholds are tried",
        "scaled pixels are 32-bit",
        "images and labels are still in",
        "every row is in exactly one part",
        "no image occurs in two of",
        "and the accuracy falls by over 5 points",
        "raw pixels give the scaled",
        "learning rates 0.02 and 2 stay",
        "centres of mass lie in row",
        "the changes are shorter than 1",
        "all five networks read the 7",
    ),
    MASKED: (
        "by 20, 30 and 40 degrees no difference",
        "with wider layers, the next notebook's",
        "that is 6 to 35 fewer",
        "the interval of its mean is 34 to 56",
        "the winners' rank correlation is 0.67",
    ),
}
EXCEPT = tuple(start for starts in NOT_REACHED.values() for start in starts)
