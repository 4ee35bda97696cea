"""Check with a real browser that no page is wider than a phone: ``make phones``.

    python docs/_ext/check_phones.py docs/_build/html

Chromium opens every page in a frame of 400 pixels and prints those that scroll sideways
or are cut off.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WIDTH = 400
PAGE = """<iframe id="frame" style="width:%dpx;height:800px;border:0"></iframe><pre id="out"></pre>
<script>
const frame = document.getElementById("frame"), pages = %s, found = [];
async function run() {
  for (const page of pages) {
    await new Promise(done => { frame.onload = done; frame.src = page; });
    const view = frame.contentWindow, root = frame.contentDocument.documentElement;
    const scrolls = e => e && (/auto|scroll/.test(view.getComputedStyle(e).overflowX)
      && e.tagName != "HTML" && e.tagName != "BODY" || scrolls(e.parentElement));
    const cut = [...root.querySelectorAll("article *")].find(
      e => e.getBoundingClientRect().right > %d + 1 && !scrolls(e));
    const what = cut ? cut.outerHTML.slice(0, 80) : "";
    if (root.scrollWidth > %d || cut) found.push(page + " " + what);
  }
  const said = ["looked at " + pages.length, ...found].join("\\n");
  document.getElementById("out").textContent = said;
}
run();
</script>"""


def main(folder):
    """Print the pages that are too wide; return how many there are."""
    root = Path(folder).resolve()
    pages = [path.as_uri() for path in sorted(root.rglob("*.html")) if "_static" not in path.parts]
    with tempfile.TemporaryDirectory() as scratch:
        start = Path(scratch) / "start.html"
        start.write_text(PAGE % (WIDTH, json.dumps(pages), WIDTH, WIDTH))
        browser = shutil.which("chromium") or shutil.which("google-chrome")
        if browser is None:
            sys.exit("make phones needs Chromium: install it with your system's package manager.")
        flags = "--headless --no-sandbox --disable-gpu --no-first-run --disable-sync"
        flags += " --disable-background-networking --disable-component-update"
        flags += " --allow-file-access-from-files --virtual-time-budget=600000 --dump-dom"
        command = [browser, *flags.split(), f"--user-data-dir={scratch}/profile", start.as_uri()]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = re.search(r'<pre id="out">(.*?)</pre>', shown, re.S)[1].strip().splitlines()
    if lines[:1] != [f"looked at {len(pages)}"]:
        sys.exit(f"The browser did not finish: {lines}")
    print("\n".join(lines))
    return len(lines) - 1


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1]) else 0)
