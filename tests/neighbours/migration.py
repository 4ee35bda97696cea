"""Run what docs/migration.md says of one library, block after block, as it stands there."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "migration.md"


def run_section(title):
    """Run the code below a heading in a namespace that holds the page's series, and return it."""
    blocks_by_title = {}
    for section in PAGE.read_text().split("\n## ")[1:]:
        heading, _, text = section.partition("\n")
        blocks_by_title[heading] = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
    preamble = re.findall(r"^(?:>>>|\.\.\.) (.*)$", PAGE.read_text().split("\n## ")[0], re.M)
    namespace = {}
    exec("\n".join(preamble), namespace)
    for block in blocks_by_title[title]:
        exec(compile(block, f"{PAGE.name}, {title}", "exec"), namespace)
    return namespace
