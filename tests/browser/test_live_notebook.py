"""An instrument in JupyterLab and in Notebook: what Python hears of it, and what is told without a kernel."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect
from waiting import wait_for

CELLS = """
import hopcore.live
net = hopcore.live.network(hopcore.training_set((1, 4, 7), per_digit=4, seed=0), memories=9)
net
---
print("heard", net.epoch > 20, net.memories.max() > 0.5, abs(net.labels).max() > 0.5)
net.n = 12
"""


IDLE = ".jp-Notebook-ExecutionIndicator[data-status='idle']"
KINDS = [("lab", "/doc/tree/", "text=| Idle"), ("notebook", "/notebooks/", IDLE)]


@pytest.fixture(params=KINDS, ids=["JupyterLab", "Notebook 7"])
def lab(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """The cells as a notebook in one of them."""
    program, folder, idle = request.param
    cells = [nbformat.v4.new_code_cell(cell.strip()) for cell in CELLS.split("---")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), tmp_path / "cells.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        where = free.getsockname()
    given = {"port": where[1], "root_dir": tmp_path, "allow_root": True, "disable_check_xsrf": True}
    command = [sys.executable, "-m", "jupyter", program, "--no-browser", "--IdentityProvider.token="]
    command += [f"--ServerApp.{name}={value}" for name, value in given.items()]
    own = {f"JUPYTER_{each}_DIR": str(tmp_path / each) for each in ("CONFIG", "DATA", "RUNTIME")}
    address = "http://{}:{}".format(*where)
    with (tmp_path / "log").open("w") as log, browser.new_context(base_url=address) as context:
        server = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
        try:
            assert wait_for(lambda: "is running at" in (tmp_path / "log").read_text())
            page = context.new_page()
            page.set_default_timeout(60_000)
            page.goto(f"{folder}cells.ipynb")
            page.locator(idle).wait_for(state="attached")
            yield page
        finally:
            server.terminate()
            server.wait()


def run(lab: Page, cell: int) -> None:
    lab.locator(".jp-CodeCell .cm-content").nth(cell).click()
    lab.keyboard.press("Control+Enter")


def test_python_hears_of_the_network_and_the_page_of_the_end_of_python(lab) -> None:
    run(lab, 0)
    lab.get_by_role("button", name="▶ Play").click()
    lab.wait_for_function("() => document.querySelector('.ready')?.instrument.epoch > 2000")
    lab.get_by_role("button", name="❚❚ Pause").click()
    lab.wait_for_timeout(1000)
    run(lab, 1)
    expect(lab.locator(".jp-OutputArea-output pre")).to_have_text("heard True True True\n", timeout=30_000)
    expect(lab.locator("input[name='n-field']")).to_have_value("12")

    lab.keyboard.press("Escape")
    lab.keyboard.type("00")
    lab.locator(".jp-Dialog .jp-mod-accept").click()
    told = lab.locator(".told")
    expect(told).to_contain_text("The kernel is gone", timeout=30_000)
    run(lab, 0)
    expect(told).to_have_text("", timeout=60_000)
    (kernel,) = lab.request.get("/api/kernels").json()
    lab.request.delete(f"/api/kernels/{kernel['id']}")
    expect(told).to_contain_text("The kernel is gone", timeout=60_000)
    assert lab.evaluate("document.querySelector('.ready').instrument.step(5)") == 5
