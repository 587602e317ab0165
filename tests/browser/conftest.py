"""The built pages in a browser that reaches no other host."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from chromium import HELP, find
from playwright.sync_api import Browser, Route, sync_playwright
from visits import HTML, Visit


def pytest_configure(config: pytest.Config) -> None:
    if not (HTML / "index.html").is_file():
        raise pytest.UsageError(f"run `make book` first: there is no {HTML / 'index.html'}")


class Quiet(SimpleHTTPRequestHandler):
    """A server that does not write a line for every file."""

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server of a folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def serve() -> Callable[[Path], AbstractContextManager[str]]:
    """`served`, for tests."""
    return served


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of a server of the built pages."""
    with served(HTML) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser. Without one the tests fail."""
    executable = find()
    if executable is None:
        pytest.fail(HELP)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=["--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Callable[..., Visit]]:
    """A function that opens a page, over http or from the disk, and gives what happened."""
    contexts = []

    def open_page(name: str, how: str = "http", **options: object) -> Visit:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        contexts.append(context)
        address = site if how == "http" else HTML.as_uri() + "/"
        visited = Visit(context.new_page(), address)
        context.route("**/*", partial(_only_the_book, visited))
        visited.open(name)
        return visited

    yield open_page
    for context in contexts:
        context.close()


def _only_the_book(visited: Visit, route: Route) -> None:
    """Let requests to the book pass; note and stop all others."""
    address = route.request.url
    if address.startswith((visited.address, "data:", "blob:")):
        route.continue_()
    else:
        visited.problems.append(f"asked another host: {address}")
        route.abort()
