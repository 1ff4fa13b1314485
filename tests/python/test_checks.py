"""Each check of `make check` passes on right input and fails on wrong: one that cannot is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks import (
    awaits,
    cpp_names,
    extracts,
    header_length,
    include_order,
    private_names,
    python_rooms,
    strangers,
    test_names,
)


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def header(*includes: str) -> str:
    return "#pragma once\n" + "".join(f"#include {include}\n" for include in includes)


@pytest.mark.parametrize(("lines", "problems"), [(249, 0), (250, 1)])
def test_a_header_of_250_lines_is_too_long(tmp_path: Path, lines: int, problems: int) -> None:
    root = tree(tmp_path, {"include/simruns/long.hpp": "//\n" * lines})
    assert len(header_length.check(root)) == problems


def test_a_tree_is_checked_where_no_git_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(tmp_path / "tree", {"include/simruns/long.hpp": "//\n" * 250})
    monkeypatch.setenv("PATH", str(tmp_path))
    assert len(header_length.check(root)) == 1


def test_definitions_may_be_long(tmp_path: Path) -> None:
    root = tree(tmp_path, {"include/simruns/page/impl/long.ipp": "//\n" * 250})
    assert header_length.check(root) == []


def header_of(room: str, definitions: str, *includes: str) -> str:
    """A header that declares, and includes what defines it where the library is header-only."""
    guarded = f'#include "simruns/{room}/impl/{definitions}.ipp"'
    return header(*includes) + f"#ifndef SIMRUNS_SEPARATE_COMPILATION\n{guarded}\n#endif\n"


FLOW = {
    "simruns.hpp": header('"simruns/query/run_query.hpp"', '"simruns/page/page.hpp"'),
    "simruns/config.hpp": header(),
    "simruns/text/utf8.hpp": header('"simruns/config.hpp"', "<string_view>", "<emmintrin.h>"),
    "simruns/error.hpp": header("<boost/system/error_code.hpp>", '"simruns/text/utf8.hpp"'),
    "simruns/json/scanner.hpp": header('"simruns/text/utf8.hpp"'),
    "simruns/query/run_query.hpp": header('"simruns/error.hpp"'),
    "simruns/async/wait_line.hpp": header("<boost/asio/strand.hpp>"),
    "simruns/transport/http.hpp": header("<boost/beast/http.hpp>", "<boost/asio.hpp>"),
    "simruns/page/page.hpp": header_of("page", "page", '"../error.hpp"', "<vector>"),
    "simruns/page/detail/reader.hpp": header('"simruns/page/page.hpp"'),
    "simruns/page/impl/page.ipp": header('"simruns/page/detail/reader.hpp"'),
    "simruns/runs/client.hpp": header('"simruns/page/page.hpp"', '"simruns/transport/http.hpp"'),
    "simruns/testing/pages.hpp": header('"simruns/page/page.hpp"'),
    "simruns/simulator/data/run.hpp": header('"simruns/error.hpp"'),
    "simruns/simulator/serve/server.hpp": header_of("simulator/serve", "server"),
    "simruns/simulator/serve/impl/server.ipp": header("<boost/beast/http.hpp>"),
    "simruns/simulator/simulator.hpp": header('"simruns/simulator/serve/server.hpp"'),
    "simruns/src.hpp": header('"simruns/page/impl/page.ipp"'),
    "simruns/simulator/src.hpp": header('"simruns/simulator/serve/impl/server.ipp"'),
}


def order_problems(root: Path, changed: dict[str, str]) -> list[str]:
    files = {f"include/{name}": text for name, text in {**FLOW, **changed}.items()}
    return include_order.check(tree(root, files))


def test_headers_that_include_to_the_left_pass(tmp_path: Path) -> None:
    assert order_problems(tmp_path, {}) == []


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("query/run_query.hpp", header('"simruns/page/page.hpp"'), "to its right"),
        ("query/run_query.hpp", header('"../page/page.hpp"'), "to its right"),
        ("query/run_query.hpp", header("<simruns/page/page.hpp>"), "to its right"),
        ("error.hpp", header('"simruns/query/run_query.hpp"'), "to its right"),
        ("text/utf8.hpp", header('"simruns/error.hpp"'), "to its right"),
        ("config.hpp", header('"simruns/text/utf8.hpp"'), "to its right"),
        ("testing/pages.hpp", header("<simruns.hpp>"), "to its right"),
        ("runs/client.hpp", header('"simruns/src.hpp"'), "to its right"),
        (
            "simulator/data/run.hpp",
            header('"simruns/simulator/serve/server.hpp"'),
            "to its right",
        ),
        (
            "simulator/serve/server.hpp",
            header_of("simulator/serve", "server", '"simruns/simulator/simulator.hpp"'),
            "to its right",
        ),
        ("page/impl/page.ipp", header('"simruns/runs/client.hpp"'), "to its right"),
        ("page/detail/reader.hpp", header('"simruns/page/gone.hpp"'), "does not exist"),
        ("runs/client.hpp", header('"simruns/page/detail/reader.hpp"'), "private to its room"),
        ("simulator/data/run.hpp", header('"simruns/page/impl/page.ipp"'), "private to its room"),
        ("page/detail/reader.hpp", header("<boost/asio/ip/tcp.hpp>"), "includes boost/asio"),
        ("page/impl/page.ipp", header("<boost/asio/ip/tcp.hpp>"), "includes boost/asio"),
        ("page/detail/reader.hpp", header('"simruns/async/wait_line.hpp"'), "has boost/asio"),
        ("error.hpp", header("<boost/asio/error.hpp>"), "includes boost/asio"),
        ("text/utf8.hpp", header("<boost/system/error_code.hpp>"), "includes boost/system"),
        ("json/scanner.hpp", header("<zlib.h>"), "includes zlib.h"),
        ("json/scanner.hpp", header('"simruns/error.hpp"'), "has boost/system"),
        ("runs/client.hpp", header("<boost/beast/http.hpp>"), "includes boost/beast"),
        ("async/wait_line.hpp", header("<boost/beast/core.hpp>"), "includes boost/beast"),
    ],
)
def test_headers_that_include_to_the_right_or_sockets_fail(
    tmp_path: Path, name: str, text: str, part: str
) -> None:
    problems = order_problems(tmp_path, {f"simruns/{name}": text})
    where = f"include/simruns/{name}: "
    assert any(p.startswith(where) and part in p for p in problems), problems


@pytest.mark.parametrize(
    "name",
    [
        "simruns/other/new.hpp",
        "simruns/new.hpp",
        "simruns/simulator/new.hpp",
        "simruns/simulator/other/new.hpp",
        "simruns/page/other/new.hpp",
        "simruns/page/new.ipp",
        "simruns/page/impl/new.hpp",
        "simruns/impl/new.ipp",
        "simruns/root/new.hpp",
        "other.hpp",
    ],
)
def test_a_file_outside_the_rooms_fails(tmp_path: Path, name: str) -> None:
    assert order_problems(tmp_path, {name: header()}) == [f"include/{name}: has no room"]


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"src.hpp": header()}, "is not named once by simruns/src.hpp"),
        (
            {"src.hpp": header(*['"simruns/page/impl/page.ipp"'] * 2)},
            "is not named once by simruns/src.hpp",
        ),
        (
            {
                "src.hpp": header(
                    '"simruns/page/impl/page.ipp"', '"simruns/simulator/serve/impl/server.ipp"'
                )
            },
            "is not named once by simruns/simulator/src.hpp",
        ),
        ({"src.hpp": header('"simruns/page/impl/page.ipp"', "<vector>")}, "which is no .ipp"),
        (
            {"src.hpp": header(*(f'"simruns/page/impl/{n}.ipp"' for n in ("page", "gone")))},
            "does not exist",
        ),
        ({"page/page.hpp": header()}, "is included by no header"),
        (
            {"page/page.hpp": header('"simruns/page/impl/page.ipp"')},
            "without '#ifndef SIMRUNS_SEPARATE_COMPILATION'",
        ),
        (
            {"page/page.hpp": header_of("page", "page").replace("#ifndef", "#ifdef")},
            "without '#ifndef SIMRUNS_SEPARATE_COMPILATION'",
        ),
        (
            {"page/page.hpp": header_of("page", "page").replace("#include", "#else\n#include")},
            "without '#ifndef SIMRUNS_SEPARATE_COMPILATION'",
        ),
    ],
)
def test_definitions_that_one_of_both_forms_lacks_fail(
    tmp_path: Path, changed: dict[str, str], part: str
) -> None:
    problems = order_problems(tmp_path, {f"simruns/{name}": changed[name] for name in changed})
    assert any(part in problem for problem in problems), problems


@pytest.mark.parametrize(
    "includes",
    [
        ['"simruns/page/page.hpp"', '"simruns/query/run_query.hpp"'],
        ['"simruns/testing/pages.hpp"'],
        ['"simruns/simulator/simulator.hpp"'],
        ['"simruns/page/detail/reader.hpp"'],
        ['"simruns/page/gone.hpp"'],
    ],
)
def test_the_umbrella_follows_the_flow_without_doubles(tmp_path: Path, includes: list[str]) -> None:
    assert len(order_problems(tmp_path, {"simruns.hpp": header(*includes)})) == 1


PAGE = """
#pragma once
#include <memory>
#define LONG(x) \\
  struct x { int hidden; };
namespace simruns {
namespace detail { struct page_data; }
enum class kind : char { next, previous = 'p' };
template <class T>
concept number = requires(T t) { t + 1; };
template <class T> requires requires(T t) { t.size(); }
std::size_t size_of(T const& value) { return value.size(); }
inline constexpr std::string_view version = "0.1";
using pages = std::vector<class page>;
/// A page: struct hidden { int no; };
class page final : public base<int, (1 > 0)> {
 public:
  using iterator = int const*;
  page() : data_{nullptr}, sizes_{1, 2} {}
  explicit(false) page(int count) noexcept(true) : data_(std::make_shared<detail::page_data>()) {}
  page(page const&) = delete;
  template <class Token = int>
  auto fetch(int count, Token&& token = Token()) const { return count; }
  ~page() = default;
  std::span<int const> runs() const& noexcept { return {}; }
  void runs() && = delete;
  [[nodiscard]] auto begin() const -> std::function<void(int)> { return {}; }
  bool operator()(int a, int b = 2) const { return a < b; }
  explicit operator bool() const noexcept { return true; }
  friend bool operator==(page const&, page const&) = default;
  friend class reader;
  struct limits { int most = 3; std::vector<int> list{1, 2}; void (*release)(limits*); };
 protected:
  int secret();
 private:
  struct hidden { int no; };
  std::shared_ptr<detail::page_data> data_;
};
SIMRUNS_INLINE int page::secret() { return 1; }
extern "C" {
int exported(void);
}
}  // namespace simruns
namespace boost::system {
template <> struct is_error_code_enum<simruns::kind> : std::true_type {};
}
"""


def test_names_are_found_as_headers_declare_them() -> None:
    assert cpp_names.names_of(PAGE) == [
        "function simruns::exported",
        "enum simruns::kind",
        "enumerator simruns::kind::next",
        "enumerator simruns::kind::previous",
        "concept simruns::number",
        "class simruns::page",
        "function simruns::page::begin",
        "function simruns::page::fetch",
        "alias simruns::page::iterator",
        "class simruns::page::limits",
        "variable simruns::page::limits::list",
        "variable simruns::page::limits::most",
        "variable simruns::page::limits::release",
        "function simruns::page::operator bool",
        "function simruns::page::operator()",
        "function simruns::page::operator==",
        "function simruns::page::page",
        "function simruns::page::runs",
        "alias simruns::pages",
        "function simruns::size_of",
        "variable simruns::version",
    ]


def test_a_name_that_comes_or_goes_fails_until_it_is_listed(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            "include/simruns/page/page.hpp": PAGE,
            "include/simruns/page/detail/x.hpp": "namespace simruns { class not_listed {}; }",
            "include/simruns/text/x.hpp": "namespace simruns { class not_listed {}; }",
            "docs/cpp_names.txt": "",
        },
    )
    assert cpp_names.check(root) != []
    cpp_names.main(root)
    assert cpp_names.check(root) == []
    page = root / "include/simruns/page/page.hpp"
    page.write_text(PAGE.replace("runs()", "rows()"), encoding="utf-8")
    problems = cpp_names.check(root)
    assert "docs/cpp_names.txt: function simruns::page::runs is listed, but gone" in problems
    assert "docs/cpp_names.txt: function simruns::page::rows is new" in problems
    assert cpp_names.COMMAND in problems[-1]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page/page.hpp", "namespace simruns { namespace detail { class data; } class page {}; }"),
        ("page/page.hpp", "namespace simruns::detail { template <class T> struct data; }"),
        ("page/detail/data.hpp", "namespace simruns::detail { struct data {}; }"),
        ("page/impl/page.ipp", "namespace simruns::detail { int f() { return 1; } }"),
        ("text/utf8.hpp", "namespace simruns::detail { struct utf8 { int state; }; }"),
        ("text/utf8.hpp", "namespace simruns { namespace detail { int f(); } }"),
        ("fetch/fetch.hpp", "namespace simruns { class page; } namespace simruns::detail {}"),
    ],
)
def test_private_names_behind_private_paths_pass(tmp_path: Path, name: str, text: str) -> None:
    assert private_names.check(tree(tmp_path, {f"include/simruns/{name}": text})) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page/page.hpp", "namespace simruns::detail { struct data { int x; }; }"),
        ("page/page.hpp", "namespace simruns { namespace detail { int f(); } }"),
        ("simulator/data/run.hpp", "namespace simruns::simulator::detail { using x = int; }"),
        ("error.hpp", "namespace simruns::detail { inline int f() { return 1; } }"),
        ("text/utf8.hpp", "namespace simruns { struct utf8 { int state; }; }"),
        ("json/write.hpp", "namespace simruns::simulator::detail { int f(); }"),
        ("fetch/impl/fetch.ipp", "namespace simruns { int f() { return 1; } }"),
        ("async/wait_line.hpp", "int f();"),
    ],
)
def test_private_names_in_public_headers_fail(tmp_path: Path, name: str, text: str) -> None:
    assert len(private_names.check(tree(tmp_path, {f"include/simruns/{name}": text}))) == 1


ROOMS = {
    "python/simruns/__init__.py": "from simruns.cli.app import app\n",
    "python/simruns/__main__.py": "from simruns.cli import main\n",
    "python/simruns/_core.pyi": "",
    "python/simruns/py.typed": "",
    "python/simruns/core/errors.py": "import ast\nfrom simruns import _core\n",
    "python/simruns/hold/runs.py": "from simruns._core import Run\nfrom .tables import Table\n",
    "python/simruns/hold/tables.py": "from simruns.core import errors\nfrom ..core import checks\n",
    "python/simruns/cli/app.py": "import simruns.hold.runs\nimport_module('simruns.core.help')\n",
}


def test_modules_that_import_to_the_left_pass(tmp_path: Path) -> None:
    assert python_rooms.check(tree(tmp_path, ROOMS)) == []


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("core/logs.py", "from simruns.hold.runs import Runs", "hold.runs.Runs, to its right"),
        ("core/logs.py", "from simruns.hold import runs", "hold.runs, to its right"),
        ("core/logs.py", "import simruns.hold.runs as held", "hold.runs, to its right"),
        ("core/logs.py", "from ..hold.runs import Runs", "hold.runs.Runs, to its right"),
        ("core/logs.py", "from .. import hold", "simruns.hold, to its right"),
        ("core/logs.py", "importlib.import_module('simruns.hold.runs')", "to its right"),
        ("core/logs.py", "def f():\n    from simruns.hold import runs", ":2: imports"),
        ("core/logs.py", "if TYPE_CHECKING:\n    import simruns.hold", ":2: imports"),
        ("core/__init__.py", "from simruns.hold import runs", "to its right"),
        ("hold/plot.py", "from simruns.archive.store import Store", "to its right"),
        ("cli/app.py", "from simruns import Client", "simruns.Client, which is in no room"),
        ("cli/app.py", "import simruns", "imports simruns, which is in no room"),
        ("errors.py", "", "stands in no room"),
        ("other/errors.py", "", "no such room"),
    ],
)
def test_modules_that_import_to_the_right_or_stand_in_no_room_fail(
    tmp_path: Path, name: str, text: str, part: str
) -> None:
    problems = python_rooms.check(tree(tmp_path, {**ROOMS, f"python/simruns/{name}": text}))
    assert len(problems) == 1
    assert part in problems[0]


def test_the_errors_may_name_the_type_of_the_runs_that_they_hold(tmp_path: Path) -> None:
    text = "if TYPE_CHECKING:\n    from simruns.hold.runs import Runs"
    files = {**ROOMS, "python/simruns/core/errors.py": text}
    assert python_rooms.check(tree(tmp_path, files)) == []
    files["python/simruns/core/errors.py"] = text.replace("Runs", "rows_told")
    assert len(python_rooms.check(tree(tmp_path, files))) == 1


RIGHT_AWAITS = [
    "page p = co_await client.fetch_page(query);",
    "while (run_ptr run = co_await runs.next()) { use(run); }",
    "if (co_await runs.next()) { x = a ? b : c; }",
    'co_await log("why? {}");  // what? {}',
    "auto [ec, n] = co_await read(s, as_tuple(use_awaitable)); int y{1};",
    "co_await async_initiate<T, S>([](auto handler) mutable { go(std::move(handler)); }, token);",
    "case 1: x = rows[co_await index()]; std::array<int, 2> a{1, 2};",
    "awaitable<void> f() { co_await g(); }",
    "co_spawn(ex, [](client c) -> asio::awaitable<void> { co_await c.go(); }(c), detached);",
    "auto f = [c] { return go(c); }; co_await f();",
    "post(ex, [self] { co_spawn(self->ex, [](auto s) -> awaitable<void> { co_return; }, t); });",
]
WRONG_AWAITS = [
    "page p = co_await client.fetch_page(run_query{a, b});",
    "co_await client.fetch_page({a, b});",
    "co_await wait(first ? one() : other());",
    "auto x = first ? co_await one() : co_await other();",
    "send(co_await next(), limits{1, 2});",
    "send(first(co_await next()), limits{1, 2});",
    "while (co_await\n  next(query{a})) { use(); }",
    "co_await async_initiate<T, S>([](auto h) { h(); }, token{});",
    "auto f = [c]() -> awaitable<void> { co_await c.go(); };",
    "auto f = [&] -> awaitable<void> { co_return; };",
    "auto f = [this, n = 1](int a) mutable -> asio::awaitable<std::vector<int>> { co_return v; };",
    "return [self]<class T>(T t) -> awaitable<void> { if (t) { co_await t; } };",
]


@pytest.mark.parametrize("code", RIGHT_AWAITS)
def test_coroutines_that_g_12_compiles_pass(code: str) -> None:
    assert awaits.check_text(code, "a.cpp", captures_allowed=False) == []


@pytest.mark.parametrize("code", WRONG_AWAITS)
def test_coroutines_that_g_12_breaks_fail(tmp_path: Path, code: str) -> None:
    assert awaits.check_text(code, "a.cpp", captures_allowed=False) != []
    assert awaits.check(tree(tmp_path, {"examples/a.cpp": code})) != []


@pytest.mark.parametrize(
    "text",
    [
        "see " + "#" + "12",
        "fixed (" + "#" + "3).",
        "as " + "issue" + " 7 says",
        "// in /" + "work/main",
        "'/" + "root/.cache'",
        "cd /" + "home/ada/simruns",
        "https://" + "pypi" + ".org/simple",
    ],
)
def test_words_for_insiders_fail(tmp_path: Path, text: str) -> None:
    assert len(strangers.check(tree(tmp_path, {"docs/a.md": text}))) == 1


def test_words_for_strangers_pass(tmp_path: Path) -> None:
    text = '# 1. Title\n#include <x>\ncolor: "#123456"\n"#123"\n&#39;\n/tmp/x the network/work/x\n'
    assert strangers.check(tree(tmp_path, {"docs/a.md": text})) == []


EXAMPLE = "#include <x>\n// [extract]\n  int a;\n    int b;\n// [/extract]\n"


def readme(code: str, source: str = "<!-- from examples/a.cpp -->\n") -> str:
    return f"# Title\n\n{source}```cpp\n{code}\n```\n\n```sh\nmake test\n```\n"


def test_a_block_equal_to_its_extract_passes(tmp_path: Path) -> None:
    root = tree(tmp_path, {"README.md": readme("int a;\n  int b;"), "examples/a.cpp": EXAMPLE})
    assert extracts.check(root) == []


def test_a_block_equal_to_a_whole_file_passes(tmp_path: Path) -> None:
    root = tree(tmp_path, {"README.md": readme("int a;"), "examples/a.cpp": "int a;\n"})
    assert extracts.check(root) == []


@pytest.mark.parametrize(
    "text",
    [
        readme("int a;\n  int c;"),
        readme("int a;\n  int b;", source=""),
        readme("int a;\n  int b;", source="<!-- from examples/gone.cpp -->\n"),
        readme("int a;\n  int b;") + "\n" * 200,
    ],
)
def test_a_readme_that_is_long_or_not_an_extract_fails(tmp_path: Path, text: str) -> None:
    root = tree(tmp_path, {"README.md": text, "examples/a.cpp": EXAMPLE})
    assert len(extracts.check(root)) == 1


def test_no_readme_fails(tmp_path: Path) -> None:
    assert extracts.check(tmp_path) == ["README.md does not exist"]


@pytest.mark.parametrize(
    ("first", "second", "problems"),
    [
        ("tests/unit/page/a.cpp", "tests/unit/page/b.cpp", 1),
        ("tests/unit/page/a.cpp", "tests/unit/walk/b.cpp", 0),
        ("tests/consume/a.cpp", "tests/consume/b.cpp", 0),
    ],
)
def test_a_function_of_tests_that_are_compiled_together_has_a_name_of_its_own(
    tmp_path: Path, first: str, second: str, problems: int
) -> None:
    files = {
        first: 'using x = int;\nnamespace { x f(x a) { return a; } }\nTEST_CASE("a") { f(1); }\n',
        second: 'using x = int;\nnamespace { x f(char) { return 2; } }\nTEST_CASE("b") {}\n',
    }
    found = test_names.check(tree(tmp_path, files))
    assert len(found) == problems
    assert all("f is in a.cpp and in b.cpp" in text for text in found)
