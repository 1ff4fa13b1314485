"""Each check of `make check` passes on right input and fails on wrong: one that cannot is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks import awaits, extracts, header_length, include_order, strangers


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


FLOW = {
    "include/simruns.hpp": header('"simruns/query/run_query.hpp"', '"simruns/page/page.hpp"'),
    "include/simruns/error.hpp": header("<boost/system/error_code.hpp>"),
    "include/simruns/query/run_query.hpp": header('"simruns/error.hpp"'),
    "include/simruns/transport/http.hpp": header("<boost/beast/http.hpp>", "<boost/asio.hpp>"),
    "include/simruns/page/page.hpp": header('"simruns/detail/slice.hpp"', '"../error.hpp"'),
    "include/simruns/detail/slice.hpp": header('"simruns/query/run_query.hpp"'),
}


def test_headers_that_include_to_the_left_pass(tmp_path: Path) -> None:
    assert include_order.check(tree(tmp_path, FLOW)) == []


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("query/run_query.hpp", header('"simruns/page/page.hpp"'), "to its right"),
        ("query/run_query.hpp", header('"../page/page.hpp"'), "to its right"),
        ("query/run_query.hpp", header("<simruns/page/page.hpp>"), "to its right"),
        ("error.hpp", header('"simruns/query/run_query.hpp"'), "to its right"),
        ("detail/slice.hpp", header('"simruns/runs/client.hpp"'), "does not exist"),
        ("page/page.hpp", header("<boost/asio/ip/tcp.hpp>"), "has boost/asio"),
        ("detail/slice.hpp", header("<boost/asio/ip/tcp.hpp>"), "has boost/asio"),
        ("page/page.hpp", header('"simruns/transport/http.hpp"'), "has boost/asio"),
        ("runs/client.hpp", header("<boost/beast/http.hpp>"), "has boost/beast"),
        ("other/new.hpp", header(), "no such folder"),
    ],
)
def test_headers_that_include_to_the_right_or_sockets_fail(
    tmp_path: Path, name: str, text: str, part: str
) -> None:
    problems = include_order.check(tree(tmp_path, {**FLOW, f"include/simruns/{name}": text}))
    assert any(part in problem for problem in problems), problems


def test_a_folder_is_not_reached_through_detail(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        {
            **FLOW,
            "include/simruns/detail/slice.hpp": header('"simruns/runs/retry.hpp"'),
            "include/simruns/runs/retry.hpp": header(),
        },
    )
    problems = include_order.check(root)
    assert problems == [
        "include/simruns/page/page.hpp: reaches simruns/runs/retry.hpp, to its right"
    ]


@pytest.mark.parametrize(
    "includes",
    [
        ['"simruns/page/page.hpp"', '"simruns/query/run_query.hpp"'],
        ['"simruns/testing/scripted_transport.hpp"'],
    ],
)
def test_the_umbrella_follows_the_flow_without_doubles(tmp_path: Path, includes: list[str]) -> None:
    files = {
        **FLOW,
        "include/simruns/testing/scripted_transport.hpp": header(),
        "include/simruns.hpp": header(*includes),
    }
    assert len(include_order.check(tree(tmp_path, files))) == 1


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
