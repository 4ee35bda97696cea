"""Draw window.svg: which rows a window holds, and which it predicts.

Run it with Python; it needs nothing else.

A white card with dark text, so that it reads the same on a light page, a dark one and on paper.
What differs by colour differs by its edge or its label too.
"""

from pathlib import Path

ROW = 7
N_ROWS = 10
LEFT, CELL, HEIGHT = 176, 52, 34
CASES = [
    ("lag=1, horizon=1", "the next row", 4, 1, 1),
    ("lag=1, horizon=2", "the next two rows", 4, 1, 2),
    ("lag=0, horizon=1", "the row itself", 4, 0, 1),
    ("lag=3, horizon=1", "three rows ahead", 4, 3, 1),
]
STYLE = """
text { font-family: Helvetica, Arial, sans-serif; font-size: 14px; fill: #1a1a1a; }
.small { font-size: 12px; fill: #444444; }
.row { fill: #ffffff; stroke: #8a8a8a; }
.window { fill: #2b6cb0; stroke: #17406d; }
.in { fill: #ffffff; font-weight: bold; }
.target { fill: none; stroke: #c05621; stroke-width: 3.5; }
.span { fill: none; stroke: #1a1a1a; stroke-width: 1.2; }
"""


def x_of(row):
    """Left edge of a row's cell."""
    return LEFT + CELL * row


def centred(row, y, text, kind=""):
    """Text around a place among the rows."""
    return f'<text x="{x_of(row)}" y="{y}" text-anchor="middle" class="{kind}">{text}</text>'


def span(first, last, y):
    """A bracket below the cells first to last."""
    begin, end = x_of(first) + 5, x_of(last + 1) - 5
    return f'<path class="span" d="M{begin} {y} v6 H{end} v-6"/>'


def case(top, name, meaning, n_steps, lag, horizon):
    """One line of rows, with the window and the targets of one setting."""
    newest = ROW - lag
    window = range(newest - n_steps + 1, newest + 1)
    parts = [
        f'<text x="16" y="{top + 15}" font-weight="bold">{name}</text>',
        f'<text x="16" y="{top + 32}" class="small">{meaning}</text>',
    ]
    for row in range(N_ROWS):
        inside = row in window
        parts += [
            f'<rect x="{x_of(row)}" y="{top}" width="{CELL}" height="{HEIGHT}" '
            f'class="{"window" if inside else "row"}"/>',
            centred(row + 0.5, top + 22, row, "in" if inside else ""),
        ]
    parts += [
        f'<rect x="{x_of(ROW) + 2}" y="{top + 2}" width="{CELL * horizon - 4}" '
        f'height="{HEIGHT - 4}" class="target"/>',
        span(window[0], newest, top + HEIGHT + 3),
        centred(window[0] + n_steps / 2, top + HEIGHT + 24, "window, n_steps=4", "small"),
    ]
    if lag == 0:
        parts.append(centred(ROW + 1.9, top + HEIGHT + 24, "y: row 7", "small"))
    else:
        ahead = "y: row 7" if horizon == 1 else "y: rows 7 and 8"
        parts += [
            span(ROW, ROW + horizon - 1, top + HEIGHT + 3),
            centred(ROW + horizon / 2, top + HEIGHT + 24, ahead, "small"),
        ]
    return parts


def picture():
    """The whole file."""
    step = HEIGHT + 46
    width, height = x_of(N_ROWS) + 20, 46 + step * len(CASES)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img">',
        "<title>What row 7 may see, and what it predicts</title>",
        f"<style>{STYLE}</style>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#ffffff" stroke="#8a8a8a"/>',
        '<text x="16" y="26" font-weight="bold">Row 7: the rows it may see (filled) and those it '
        "predicts (framed)</text>",
    ]
    for number, settings in enumerate(CASES):
        parts += case(46 + step * number, *settings)
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    Path(__file__).with_name("window.svg").write_text(picture())
