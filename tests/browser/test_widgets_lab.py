"""The live widgets in JupyterLab, with a real kernel, moved by the keyboard."""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

CELLS = (
    "import hopcore\nexplorer = hopcore.widgets.nullcline_explorer()\nexplorer",
    "trainer = hopcore.widgets.training_explorer(epochs=40_000, memories=10, record_every=100)\ntrainer",
    "import threading\nprint('errors:', explorer.messages.value, trainer.messages.value, sep='|')\n"
    "print('threads:', sum(thread.name.startswith('hopcore') for thread in threading.enumerate()))",
)
PATIENCE = 120_000  # milliseconds: of a busy computer, not of a usual one


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a notebook in a JupyterLab of its own, which leaves the reader's settings alone."""
    folder = tmp_path_factory.mktemp("lab")
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, notebooks / "widgets.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    own = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    own += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    environment = {**os.environ, **{name: str(folder / name) for name in own}, "JUPYTER_PREFER_ENV_PATH": "1"}
    environment.pop("HOPCORE_STATIC", None)
    options = [
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={notebooks}",
        f"--IdentityProvider.token={token}",
        "--LabApp.news_url=",
    ]
    with (folder / "log.txt").open("w") as log:
        command = [sys.executable, "-m", "jupyterlab", *options]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api?token={token}", server, folder / "log.txt")
            yield f"http://127.0.0.1:{port}/lab/tree/widgets.ipynb?token={token}"
        finally:
            server.terminate()
            server.wait(60)


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=10).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab does not answer:\n{log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def notebook(lab: str, browser: Browser) -> Iterator[Page]:
    """The notebook, with its kernel at rest."""
    page = browser.new_page(viewport={"width": 1200, "height": 1400})
    page.set_default_timeout(PATIENCE)
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.goto(lab)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    yield page
    page.close()


def run(page: Page, number: int) -> Locator:
    """Run a cell as a reader does; its output."""
    cell = page.locator(".jp-CodeCell").nth(number)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    return cell.locator(".jp-Cell-outputArea")


def picture(output: Locator) -> str:
    return output.locator("img").get_attribute("src")


def changed(output: Locator, before: str) -> None:
    expect(output.locator("img")).not_to_have_attribute("src", before, timeout=PATIENCE)


def slider(output: Locator, name: str) -> Locator:
    """The handle of the slider with this name."""
    row = output.locator(".widget-slider").filter(has=output.page.locator(f".widget-label:text-is('{name}')"))
    return row.get_by_role("slider")


def test_nullclines_follow_the_keyboard(notebook: Page) -> None:
    output = run(notebook, 0)
    expect(output.locator("img")).to_have_attribute(
        "alt", re.compile("n = 30: 1 fixed point"), timeout=PATIENCE
    )
    for name, keys in (("n", ["ArrowRight"] * 3), ("T_r", ["ArrowLeft"] * 3), ("n", ["PageUp"])):
        before = picture(output)
        slider(output, name).focus()
        for key in keys:
            notebook.keyboard.press(key)
        changed(output, before)
    slider(output, "n").press("Home")
    expect(output.locator("img")).to_have_attribute("alt", re.compile("n = 2:"), timeout=PATIENCE)
    slider(output, "n").press("End")
    expect(output.locator("img")).to_have_attribute("alt", re.compile("n = 60:"), timeout=PATIENCE)
    assert output.locator(".jupyter-widgets-error-widget, [role=alert]").count() == 0


def test_marks_of_folds_stand_under_the_track(notebook: Page) -> None:
    output = notebook.locator(".jp-CodeCell").nth(0)
    handle, strip = slider(output, "n"), output.locator(".hopcore-folds")
    output.locator(".hopcore-folds span").first.wait_for()
    whole = strip.bounding_box()
    for key, edge in (("Home", whole["x"]), ("End", whole["x"] + whole["width"])):
        handle.press(key)
        expect(handle).to_have_attribute("aria-valuenow", {"Home": "2.0", "End": "60.0"}[key])
        box = handle.bounding_box()
        assert abs(box["x"] + box["width"] / 2 - edge) < 4, key


def test_a_wrong_image_is_told_beside_the_controls(notebook: Page) -> None:
    output = notebook.locator(".jp-CodeCell").nth(0)
    field = output.get_by_label("image A")
    field.fill("501")
    field.press("Enter")
    expect(output.get_by_role("alert")).to_contain_text("must be an integer from 1 to 500", timeout=PATIENCE)
    field.fill("288")
    field.press("Enter")
    expect(output.get_by_role("alert")).to_have_count(0, timeout=PATIENCE)


def test_training_starts_stops_plays_and_is_scrubbed(notebook: Page) -> None:
    output = run(notebook, 1)
    output.get_by_role("button", name="Train").press("Enter")
    told = output.get_by_text("epoch", exact=False).filter(has_text="of 40000").first
    expect(told).to_contain_text(re.compile(r"training: epoch [1-9]\d\d+ of 40000"), timeout=PATIENCE)
    handle, image = slider(output, "epoch"), output.locator("img")
    # meanwhile; at the end the picture follows again
    for key, shown in (("Home", "0"), ("End", r"[1-9]\d*")):
        handle.press(key)
        expect(image).to_have_attribute("alt", re.compile(f"^Epoch {shown} of 40000"), timeout=PATIENCE)
    output.get_by_role("button", name="Stop").press("Enter")
    expect(told).to_contain_text("stopped", timeout=PATIENCE)
    last = re.search(r"epoch (\d+) of", told.inner_text())[1]
    expect(handle).to_have_attribute("aria-valuemax", f"{last}.0", timeout=PATIENCE)
    keys = ("Home", "0"), ("End", last), ("ArrowLeft", r"[1-9]\d*00"), ("End", last), ("Home", "0")
    for key, shown in keys:
        handle.press(key)
        described = re.compile(f"^Epoch {shown} of 40000")
        expect(image).to_have_attribute("alt", described, timeout=PATIENCE)
    output.get_by_role("button", name="Play").press("Enter")
    expect(image).to_have_attribute("alt", re.compile(r"Epoch [1-9]\d* of"), timeout=PATIENCE)
    pause = output.get_by_role("button", name="Pause")
    if pause.count():  # a short run may have been played to its end by now
        pause.press("Enter")
    expect(output.get_by_role("button", name="Play")).to_be_visible(timeout=PATIENCE)
    output.get_by_label("epochs").fill("200")
    output.get_by_role("button", name="Train").press("Enter")
    expect(output.get_by_text("done: epoch 200 of 200")).to_be_visible(timeout=PATIENCE)
    expect(output.get_by_role("button", name="Stop")).to_be_disabled(timeout=PATIENCE)
    output.get_by_role("button", name="Save").press("Enter")
    expect(output.get_by_text("saved")).to_be_visible(timeout=PATIENCE)
    assert output.locator(".jupyter-widgets-error-widget, [role=alert]").count() == 0


def test_every_control_is_reached_by_the_keyboard_and_has_a_name(notebook: Page) -> None:
    unnamed = notebook.evaluate(
        """() => [...document.querySelectorAll('.jp-OutputArea :is(input, select, button, [role=slider])')]
           .filter(each => each.offsetParent)
           .filter(each => each.tabIndex < 0 || !(each.innerText || each.labels?.[0]?.innerText
             || each.closest('.widget-slider')?.querySelector('.widget-label')?.innerText))
           .map(each => each.outerHTML)"""
    )
    assert unnamed == []


def test_nothing_went_wrong_and_nothing_is_left(notebook: Page) -> None:
    output = run(notebook, 2)
    expect(output).to_contain_text("errors:||", timeout=PATIENCE)
    expect(output).to_contain_text("threads: 0", timeout=PATIENCE)
    assert notebook.problems == []
