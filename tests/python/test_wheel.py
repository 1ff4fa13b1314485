"""The module as it is installed tells nothing of its builder, is hardened, and has one version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from importlib import metadata
from pathlib import Path, PurePosixPath

import pytest
from conftest import SimrunsCommand

import simruns
from checks import built_module
from checks.built_module import paths_in
from simruns import _core

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("SIMRUNS_BUILD_DIR", ROOT / "build" / "dev"))
MODULE = Path(_core.__file__ or "")

linux_only = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("readelf") is None, reason="needs Linux and readelf"
)


def readelf(*what: str) -> str:
    done = subprocess.run(
        ["readelf", "--wide", *what, MODULE], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_module_holds_no_path_of_its_builder() -> None:
    assert paths_in(MODULE, {str(ROOT), str(Path.home()), sys.prefix} - {"/"}) == []


@linux_only
def test_the_module_is_bound_before_it_runs_and_read_only_after() -> None:
    dynamic = readelf("--dynamic")
    assert re.search(r"FLAGS\b.*BIND_NOW", dynamic)
    assert re.search(r"FLAGS_1\b.*NOW", dynamic)
    assert not re.search("RPATH|RUNPATH|TEXTREL", dynamic)
    segments = readelf("--program-headers")
    assert "GNU_RELRO" in segments
    (stack,) = re.findall(r"GNU_STACK.*", segments)
    assert " RWE " not in stack


@linux_only
def test_the_module_is_compiled_to_notice_an_overflow() -> None:
    symbols = readelf("--dyn-syms")
    assert "__stack_chk_fail" in symbols
    assert re.search(r"__\w+_chk@GLIBC", symbols)


@linux_only
@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
def test_a_module_that_is_not_hardened_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "x.c").write_text(
        "#include <string.h>\nconst char* at(void) { return __FILE__; }\n"
        "void put(char* to, const char* of) { char b[9]; strcpy(b, of); strcpy(to, b); }\n"
    )
    module = tmp_path / ".venv/lib/python3.11/site-packages/simruns/_core.so"
    module.parent.mkdir(parents=True)
    weak = ["-fno-stack-protector", "-U_FORTIFY_SOURCE", "-Wl,-z,lazy,-z,norelro,-z,execstack",
            "-Wl,-rpath,/x"]  # fmt: skip
    hard = ["-O2", "-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2",
            "-Wl,-z,relro,-z,now,-z,noexecstack", f"-ffile-prefix-map={tmp_path}=."]  # fmt: skip
    build = ["gcc", "-shared", "-fPIC", "-o", module, tmp_path / "x.c"]
    subprocess.run([*build, *weak], check=True)
    told = "\n".join(built_module.check(tmp_path))
    for what in ("now", "relro", "noexecstack", "-fstack-protector-strong", "_FORTIFY_SOURCE",
                 "a path to libraries", f"a path of its builder, {tmp_path}"):  # fmt: skip
        assert what in told
    subprocess.run([*build, *hard], check=True)
    assert built_module.check(tmp_path) == []


def test_the_licences_of_what_is_in_the_module_are_in_the_wheel() -> None:
    held = [file for file in metadata.files("simruns") or [] if "licenses" in file.parts]
    texts = {file.name: file.read_text() for file in held}
    assert "Boost Software License" in texts["LICENSE"]
    assert "Wenzel Jakob" in texts["pybind11.txt"]


@linux_only
def test_the_module_is_stripped_and_exports_its_entry_only() -> None:
    assert ".debug_" not in readelf("--sections")
    exported = [
        line.split()[-1] for line in readelf("--dyn-syms").splitlines()
        if " GLOBAL " in line and " UND " not in line
    ]  # fmt: skip
    assert exported == ["PyInit__core"]


def test_there_is_one_version(run_simruns: SimrunsCommand) -> None:
    header = (ROOT / "include" / "simruns" / "version.hpp").read_text()
    (version,) = re.findall(r'string_view version = "([0-9.]+)"', header)
    assert version == simruns.__version__ == _core.__version__ == metadata.version("simruns")
    assert run_simruns("--version").stdout == f"simruns {version}\n"


def test_cmake_has_that_version_too() -> None:
    made = BUILD / "simrunsConfigVersion.cmake"
    if not made.exists():
        pytest.skip(f"the C++ build is not configured: no {made}")
    assert f'set(PACKAGE_VERSION "{simruns.__version__}")' in made.read_text()


def test_a_source_distribution_holds_what_a_build_takes_and_no_more(tmp_path: Path) -> None:
    pytest.importorskip("scikit_build_core")
    build = "from scikit_build_core.build import build_sdist as b; import sys; b(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, tmp_path], cwd=ROOT, check=True, timeout=100,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    (archive,) = tmp_path.glob("*.tar.gz")
    assert archive.name == f"simruns-{simruns.__version__}.tar.gz"
    with tarfile.open(archive) as opened:
        held = {str(PurePosixPath(*PurePosixPath(name).parts[1:])) for name in opened.getnames()}
    assert {name.partition("/")[0] for name in held} == {
        "CMakeLists.txt", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml",
        "bindings", "cmake", "include", "licenses", "python",
    }  # fmt: skip
    if shutil.which("git") is None:
        pytest.skip("git is not installed: which files are kept is not known")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True,
                            check=False)  # fmt: skip
    for name in listed.stdout.splitlines():
        if name.startswith(("bindings/", "cmake/", "include/", "python/")):
            assert name in held
    assert not [name for name in held if name.endswith((".so", ".pyc"))]
