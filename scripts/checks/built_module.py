"""The Python module that was built last tells nothing of its builder, and is hardened."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

MODULES = ".venv/lib/python*/site-packages/simruns/_core*.so"
SOURCES = re.compile(rb"(?<![\w.])/[\w.+/-]+\.(?:cpp|hpp|ipp|h)\b")


def check(root: Path) -> list[str]:
    """Looks at the module in `.venv`. One that is not there has no problem."""
    folders = {str(root), str(Path.home())} - {"/"}
    return [
        f"{module.name}: {problem}"
        for module in sorted(root.glob(MODULES))
        for problem in [*paths_in(module, folders), *weaknesses_of(module)]
    ]


def paths_in(module: Path, folders: set[str]) -> list[str]:
    """Tells of the paths of the machine that built it, as are those in `folders`."""
    content = module.read_bytes()
    found = {path.decode() for path in SOURCES.findall(content)}
    found = {path for path in found if not path.startswith("/usr/include/")}
    found |= {folder for folder in folders if folder.encode() in content}
    return [f"it holds a path of its builder, {path}" for path in sorted(found)]


def weaknesses_of(module: Path) -> list[str]:
    """Tells what makes a fault in it easier to exploit; nothing without Linux and readelf."""
    if sys.platform != "linux" or shutil.which("readelf") is None:
        return []
    dynamic = _readelf("--dynamic", module)
    segments = _readelf("--program-headers", module)
    symbols = _readelf("--dyn-syms", module)
    held: dict[str, object] = {
        "-z now": re.search(r"FLAGS\b.*BIND_NOW", dynamic),
        "-z relro": "GNU_RELRO" in segments,
        "-z noexecstack": not re.search(r"GNU_STACK.*\bRWE\b", segments),
        "-fstack-protector-strong": "__stack_chk_fail" in symbols,
        "_FORTIFY_SOURCE": re.search(r"\b__(?!stack)\w+_chk@", symbols),
    }
    problems = [f"it is built without {option}" for option, found in held.items() if not found]
    if re.search("RPATH|RUNPATH|TEXTREL", dynamic):
        problems.append("it has a path to libraries, or text that is written to when it is loaded")
    return problems


def _readelf(what: str, module: Path) -> str:
    command = ["readelf", "--wide", what, str(module)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
