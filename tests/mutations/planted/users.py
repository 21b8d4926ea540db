"""What a user sees: pages, answers, headers, messages, the output of a cell."""

from planting import Mutation

from .places import DIGITS, HANDWRITING, PAGE, READING, TRAINING, WEBAPP

MUTATIONS = (
    Mutation(
        "progress-bar-in-the-output",
        "progress bars are drawn where nobody watches, and stored",
        f"{DIGITS}/basics/progress.py",
        "disable=not shows_progress(),",
        "disable=False,",
        TRAINING,
    ),
    Mutation(
        "users-keras-heeded",
        "a user's own keras.json decides how the series computes",
        f"{DIGITS}/training/backend.py",
        "with silent_stderr(), _without_the_users_settings():",
        "with silent_stderr():",
        ("tests/test_users_settings.py", "-m", "slow"),
    ),
    Mutation(
        "any-format-opened",
        "uploads may be of any kind that Pillow knows, those that start other programs included",
        f"{DIGITS}/handwriting/decoding.py",
        "image = Image.open(io.BytesIO(content), formats=_FORMATS)",
        "image = Image.open(io.BytesIO(content))",
        ("tests/test_decoding.py",),
    ),
    Mutation(
        "ended-process-not-replaced",
        "after a picture that took too long, no picture is read any more",
        f"{DIGITS}/handwriting/apart.py",
        "ended_by = -(self._process.exitcode or 0)\n            self._replace()",
        "ended_by = -(self._process.exitcode or 0)",
        ("tests/test_decoding.py", "-k", "slow_picture or dies"),
    ),
    Mutation(
        "empty-page-answered",
        "an empty page is answered with a digit",
        f"{DIGITS}/handwriting/ink.py",
        "if full < max(preparation.faintest, preparation.above_grain * grain, 1e-6):",
        "if full < 1e-6:",
        HANDWRITING,
    ),
    Mutation(
        "always-sure",
        "a doubtful digit is told as a sure one",
        f"{DIGITS}/handwriting/reading.py",
        '"sure": self.sure,',
        '"sure": True,',
        READING,
    ),
    Mutation(
        "headline-always-sure",
        "the page says of a doubtful digit that it was read",
        f"{DIGITS}/drawpad/reading.js",
        "return sure ? `I read ${likeliest}.`",
        "return true ? `I read ${likeliest}.`",
        PAGE,
    ),
    Mutation(
        "bars-not-as-wide",
        "bars are wider than probabilities",
        f"{DIGITS}/drawpad/reading.js",
        "bar.style.width = `${100 * probability}%`;",
        "bar.style.width = `${100 * Math.sqrt(probability)}%`;",
        PAGE,
    ),
    Mutation(
        "header-dropped",
        "another page may show the pad in a frame of its own",
        f"{DIGITS}/drawpad/webapp.py",
        '    "X-Frame-Options": "DENY",\n',
        "",
        WEBAPP,
    ),
    Mutation(
        "dataset-not-told",
        "the page does not say what its network has learned from",
        f"{DIGITS}/drawpad/page.js",
        "trained on: ${about.dataset}.",
        "trained on many images.",
        PAGE,
    ),
    Mutation(
        "any-host-accepted",
        "another page that lets its own name lead here is answered",
        f"{DIGITS}/drawpad/webapp.py",
        "if name not in names and not is_number(name):",
        "if name not in names and not name:",
        WEBAPP,
    ),
)
