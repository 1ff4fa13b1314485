"""A JupyterLab of its own, whose notebooks a browser shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}


@contextmanager
def jupyterlab(folder: Path, theme: str) -> Iterator[str]:
    """Serves the notebooks of a folder; gives the address of one, which ends with its name."""
    home = folder / ".home"
    settings = home / "settings" / "@jupyterlab"
    _write(settings / "apputils-extension/themes.jupyterlab-settings", {"theme": THEMES[theme]})
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    _write(settings / "apputils-extension/notification.jupyterlab-settings", quiet)
    environment = {
        **os.environ,
        "HOME": str(home),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0",
               "--IdentityProvider.token=of-a-test", f"--ServerApp.root_dir={folder}",
               "--LabApp.news_url=", "--LabApp.collaborative=False"]  # fmt: skip
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        told = _runtime(home / "runtime", server)
        yield f"{told['url']}lab/tree/{{}}?token={told['token']}&reset"
    finally:
        server.terminate()
        server.wait(30)


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def _runtime(folder: Path, server: subprocess.Popen[bytes]) -> dict[str, Any]:
    """What a server writes about itself as soon as it serves."""
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        for path in folder.glob("jpserver-*.json"):
            try:
                told: dict[str, Any] = json.loads(path.read_text())
            except ValueError:  # half written
                continue
            return told
        time.sleep(0.05)
    raise RuntimeError((folder.parent / "log").read_text())


def wait_for_notebook(page: Any) -> None:
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.wait_for_function("!document.querySelector('#jupyterlab-splash')", timeout=60_000)


def run_all(page: Any, cells: int) -> None:
    """Runs every cell by the menu, as a person does, and waits until the last has ended."""
    page.wait_for_selector("#jp-main-statusbar >> text=/Idle/", timeout=60_000)
    page.click(".lm-MenuBar-itemLabel >> text=Run")
    page.click(".lm-Menu-itemLabel >> text=/^Run All Cells$/")
    page.wait_for_function(
        "n => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]"
        ".filter(p => /\\[\\d+\\]/.test(p.textContent)).length >= n",
        arg=cells, timeout=60_000,
    )  # fmt: skip
