"""Say what each sentence rests on: list what must be looked at, and write down that somebody looked.

    python tests/evidence/bind.py                     what must be looked at, in all documents
    python tests/evidence/bind.py DOCUMENT            the same of one, such as 09_your_own_handwriting or docs/speed.md
    python tests/evidence/bind.py DOCUMENT FILE.csv   take evidence from a file with the columns sentence and evidence
    python tests/evidence/bind.py DOCUMENT --looked   the sentences still rest on what they rested on

Read a sentence and its evidence before you write that you did: nothing else here can.
"""

import argparse
import csv
import pathlib
import sys
import textwrap

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "notebooks"))

import sentences


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("document", nargs="?", help="one document instead of all")
    parser.add_argument("file", nargs="?", help="evidence to take, as CSV")
    parser.add_argument("--looked", action="store_true", help="what changed was looked at")
    asked = parser.parse_args()
    if (asked.file or asked.looked) and not asked.document:
        parser.error("say which document")
    documents = [asked.document] if asked.document else sentences.documents()
    if asked.file or asked.looked:
        write(asked.document, evidence_in(asked.file) if asked.file else {})
    found = {document: sentences.problems(document) for document in documents}
    for document, problems in found.items():
        if problems:
            print(f"== {document}", *problems, sep="\n")
    return int(any(found.values()))


def evidence_in(file: str) -> dict[str, str]:
    """What a file says of each sentence."""
    with open(file, encoding="utf-8", newline="") as lines:
        return {row["sentence"]: row["evidence"].strip() for row in csv.DictReader(lines)}


def write(document: str, new: dict[str, str]) -> None:
    """Write down what the sentences that are there now rest on, in their order; without those that rest on nothing."""
    rows = []
    written = sentences.bound(document)
    for sentence in sentences.sentences(document):
        before = written.get(sentence.fingerprint, {})
        evidence = new.get(sentence.fingerprint, before.get("evidence", ""))
        try:
            rests_on = sentences.rests_on(document, evidence)
        except sentences.NoEvidence:
            continue
        rows.append(
            [
                sentence.fingerprint,
                evidence,
                rests_on,
                textwrap.shorten(sentence.text, 60, placeholder=""),
            ]
        )
    with open(sentences.file_of(document), "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([sentences.COLUMNS, *rows])


if __name__ == "__main__":
    sys.exit(main())
