"""A book of two small chapters, for the tests of the pipeline."""

import shutil
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent

HEADER = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  name: python3
  display_name: Python 3
---
"""

PARAMETERS = """\
```{code-cell} python3
:tags: [parameters]
scale = "quick"
seed = 0
dtype = "float32"
```
"""

INTRO = """\
# Two small chapters

{cite}`someone` and $x^2$, and a half is {glue:text}`alpha.md::half:.2f`. See [](alpha.md).

$$
\\frac{1}{2}
$$ (eq-half)

```python
raise RuntimeError("this is for reading")
```

% generated: scorecard

% generated: chapters

% generated: status

```{bibliography}
```
"""

BIBLIOGRAPHY = "@article{someone, author={Some One}, title={A title}, journal={A Journal}, year={2000}}\n"


def chapter(title: str, *cells: str, checked: bool = True, parameters: bool = True) -> str:
    """The text of a chapter with these code cells."""
    text = f"{HEADER}\n# {title}\n\n" + (PARAMETERS if parameters else "")
    tags = ":tags: [checked]\n" if checked else ""
    for cell in cells:
        text += f"\n```{{code-cell}} python3\n{tags}{cell}\n```\n"
    return text


PICTURE = 'from PIL import Image\nImage.new("RGB", (64, 64), "red")'
ALPHA = chapter(
    "Alpha\n\n**At high $n$ or $T_r$ it is <a\nhalf>.** More words.",
    f'from myst_nb import glue\nglue("half", 0.5, display=False)\n{PICTURE}',
    'print(f"scale {scale}, seed {seed}, sum {1 + 1}")',
)
ANSWERS = """
from IPython.display import display
from hopcore.paper import beyond, claim
parts = {"one": True, "two": False}
display(claim("F2", parts=parts, numbers={"a": 1}, measured="T_r = 0.5, |a| < *b*"))
beyond("why", "Why_so?", numbers={}, measured="2 [of] 3")"""

GLUED = 'from myst_nb import glue\nglue("third", 0.333, display=False)\nprint("three", 3)'
BETA = chapter("Beta", GLUED + ANSWERS)


def make_book(root: Path, chapters: dict[str, str], intro: str = INTRO) -> Path:
    """Write a book of an introduction and these chapters, with the project's own configuration."""
    shutil.copytree(REPOSITORY / "book" / "_static", root / "book" / "_static")
    shutil.copy(REPOSITORY / "_config.yml", root)
    (root / "book" / "intro.md").write_text(intro)
    (root / "book" / "references.bib").write_text(BIBLIOGRAPHY)
    for name, text in chapters.items():
        (root / "book" / f"{name}.md").write_text(text)
    listed = "".join(f"  - file: book/{name}\n" for name in chapters)
    contents = "format: jb-book\nroot: book/intro\n" + (f"chapters:\n{listed}" if listed else "")
    (root / "_toc.yml").write_text(contents)
    return root
