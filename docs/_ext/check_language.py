"""Check that pages are in plain English: short sentences, everyday words, few semicolons.

    python docs/_ext/check_language.py

It prints each place that breaks a rule, and fails if there is one. Code and tables are not checked.
Pages that were not rewritten yet stand in ``NOT_YET``.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST_WORDS = 25
RULES = {
    "write 'because' instead of ', for'": r", for (the|it|a|an|there|they|this|each|its|no|one)\b",
    "write 'is not a' instead of 'is no'": (
        r"(?<!there )\b(is|are) no\b(?! (longer|more|better|worse))"
    ),
    "name who it is instead of 'whoever'": r"\bwhoever\b",
    "write 'continue' instead of 'go on'": r"\b(go|goes|going|went|gone) on\b(?! with the)",
    "write 'pass' instead of 'hand over'": r"\bhand(s|ed|ing)? (over|on)\b",
    "write 'hold out' instead of 'set apart'": r"\bset(s)? \w* ?apart\b",
    "write 'is' instead of 'stands' or 'lies'": r"\b(stands?|lies|lay)\b(?! for)",
    "write 'next to' instead of 'beside'": r"\bbesides?\b",
    "write 'again' instead of 'anew'": r"\banew\b",
    "write 'synthetic' instead of 'made up'": r"\bmade up\b",
    "write 'significantly' instead of 'beyond chance'": r"\bbeyond chance\b",
    "make two sentences of one with a semicolon": r";(?=\s)",
}
NOT_YET = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "docs/forecast_quality.md",
    "docs/migration.md",
    "docs/pitfalls.md",
    "docs/reliability.md",
    "docs/speed.md",
}


def pages():
    """List the pages to check, by their place in the checkout."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    names = sorted(path.relative_to(ROOT).as_posix() for path in found)
    built = ("docs/_build", "docs/auto_examples", "docs/generated")
    return [name for name in names if not name.startswith(built) and name not in NOT_YET]


def prose_of(text):
    """Yield paragraphs and items of lists, without code, tables and the ends of links."""
    text = re.sub(r"^(```|:::).*?^\1`*:*$", "", text, flags=re.M | re.S)
    text = re.sub(r"`[^`\n]*`|\]\([^)]*\)", "code", text)
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-*|#]|\d+\.|    ))", text):
        if not block.lstrip().startswith("|") and not block.startswith("    "):
            yield " ".join(block.split())


def complaints(text):
    """Yield what is wrong, and where."""
    for block in prose_of(text):
        for rule, pattern in RULES.items():
            for match in re.finditer(pattern, block, flags=re.I):
                yield f"{rule}: ...{block[max(match.start() - 30, 0) : match.end() + 20]}..."
        for sentence in re.split(r"(?<=[.!?:])\**\s+(?=[A-Z*`(\[\d\"]|code)", block):
            if len(sentence.split()) > MOST_WORDS:
                yield f"{len(sentence.split())} words, at most {MOST_WORDS}: {sentence[:80]}..."


def main():
    """Print all complaints; return how many there are."""
    n_complaints = 0
    for name in pages():
        for complaint in complaints((ROOT / name).read_text()):
            print(f"{name}: {complaint}")
            n_complaints += 1
    return n_complaints


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
