"""What a header declares: names of namespaces, classes, functions and so on, found in its text.

It knows C++ as our headers write it, not all of C++: one declarator a declaration, say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from checks.source import blanked, closing, line_of


@dataclass(frozen=True)
class Declaration:
    kind: str
    """`class`, `enum`, `enumerator`, `alias`, `concept`, `function` or `variable`; `forward` of a
    class that is only declared, `definition` of what an earlier declaration names."""
    name: str
    """Qualified by namespaces and classes, as in `simruns::page::size`."""
    namespace: str
    line: int
    member: bool = False
    """Of a class or an enum."""
    public: bool = True
    deleted: bool = False


@dataclass(frozen=True)
class Scope:
    namespace: str = ""
    class_name: str = ""
    public: bool = True


DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
NAMESPACE = re.compile(r"(?:inline\s+)?namespace\s*([\w:]*)")
TYPE = re.compile(r"(?:typedef\s+)?(enum\s+class|enum|class|struct|union)\b\s*([\w:]*)")
ALIAS = re.compile(r"using\s+([\w:]+)")
OPERATOR = re.compile(r"\boperator\s*(\(\s*\)|\[\s*\]|[^\s\w(]+|[\w:<>,*&\s]+?)\s*\(")
ACCESS = re.compile(r"(public|protected|private)\s*$")
CONSTRUCTOR = re.compile(r"\)[^:()]*(?<!:):(?!:)")
NOT_PART_OF_A_NAME = re.compile(
    r"\b(?:SIMRUNS_INLINE|inline|constexpr|consteval|static|virtual|extern|mutable|friend)\b"
)
WITH_PARENTHESES = {"explicit", "alignas", "decltype", "noexcept", "requires"}


def without_angles(text: str) -> str:
    text = text.replace("->", "  ")
    while (shorter := re.sub(r"<[^<>;{}]*>", "", text)) != text:
        text = shorter
    return text


def plain_head(head: str) -> str:
    """A declaration without what stands between its names: templates, attributes, values."""
    while (shorter := re.sub(r"\{[^{}]*\}", " ", head)) != head:
        head = shorter
    head = re.sub(r"\[\[.*?\]\]", " ", head, flags=re.S)
    head = NOT_PART_OF_A_NAME.sub(" ", head)
    return re.sub(r"^\s*template\s*", "", without_angles(head)).strip()


def function_name(head: str) -> str:
    """The name before the parameters, if there are any."""
    at = 0
    while (opened := head.find("(", at)) >= 0:
        pointer = re.match(r"\(\s*\*\s*\w+\s*\)", head[opened:])
        word = re.search(r"(~?[\w:]+)\s*$", head[at:opened])
        if pointer or word is None:
            return ""
        if word[1] not in WITH_PARENTHESES:
            return word[1]
        at = closing(head, opened) + 1
    return ""


def variable_name(head: str) -> str:
    if pointer := re.search(r"\(\s*\*\s*(\w+)\s*\)", head):
        return pointer[1]
    found = re.search(r"(\w+)\s*(?:\[[^\]]*\]\s*|:\s*\w+\s*)*$", head.partition("=")[0])
    return found[1] if found else ""


VALUE = re.compile(r"(?<![=!<>])=(?!=)")


def before_value_of(plain: str) -> str:
    """A declaration without its value; a parameter's default is none."""
    depth = 0
    for at, mark in enumerate(plain):
        depth += (mark == "(") - (mark == ")")
        if depth == 0 and VALUE.match(plain, at):
            return plain[:at]
    return plain


def name_and_kind(head: str) -> tuple[str, str]:
    if found := OPERATOR.search(head):
        spelled = " ".join(found[1].split())
        return f"operator{' ' if spelled[0].isalpha() else ''}{spelled}", "function"
    head = plain_head(head)
    before_value = before_value_of(head)
    if head.startswith("concept"):
        return before_value.split()[-1], "concept"
    if head.startswith("using"):
        found = ALIAS.match(head)
        parts = found[1].split("::") if found and not head.startswith("using namespace") else [""]
        return ("" if parts[-1] in parts[:-1] else parts[-1]), "alias"  # not a base's constructors
    if found := TYPE.fullmatch(before_value.strip()):
        return found[2], "forward"
    if name := function_name(before_value):
        return name, "function"
    return variable_name(before_value), "variable"


class Reader:
    def __init__(self, text: str) -> None:
        self.text = DIRECTIVE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), blanked(text))

    def declaration(
        self, kind: str, name: str, at: int, scope: Scope, head: str = ""
    ) -> Declaration:
        qualified = "::".join(part for part in (scope.namespace, scope.class_name, name) if part)
        deleted = re.search(r"=\s*delete\s*$", head) is not None
        line = line_of(self.text, at)
        member = scope.class_name != ""
        kind = "definition" if "::" in name else kind
        return Declaration(kind, qualified, scope.namespace, line, member, scope.public, deleted)

    def read(self, at: int, end: int, scope: Scope) -> Iterator[Declaration]:
        """The declarations between two places, of which the first begins one."""
        start = at
        while at < end:
            mark = self.text[at]
            head = self.text[start:at]
            if mark in "([":
                at = closing(self.text, at)
            elif mark == ":" and scope.class_name and (access := ACCESS.search(head)):
                scope = Scope(scope.namespace, scope.class_name, access[1] == "public")
                start = at + 1
            elif mark == ";":
                yield from self.simple(head, start, scope)
                start = at + 1
            elif mark == "{":
                closed = closing(self.text, at)
                if not self.goes_on(head):
                    yield from self.block(head, start, at, closed, scope)
                    start = closed + 1
                at = closed
            at += 1

    def goes_on(self, head: str) -> bool:
        """Whether the `{` behind `head` is part of a value, so that the declaration goes on."""
        plain = plain_head(head)
        if NAMESPACE.match(plain) or plain == "" or (TYPE.match(plain) and "(" not in plain):
            return False
        if re.search(r"requires\s+requires\s*(?:\([^()]*\)\s*)?$", head):
            return True
        if CONSTRUCTOR.search(plain):
            return re.search(r"[\w>]\s*$", head) is not None
        has_value = OPERATOR.search(head) is None and before_value_of(plain) != plain
        return has_value or name_and_kind(head)[1] != "function"

    def simple(self, head: str, start: int, scope: Scope) -> Iterator[Declaration]:
        plain = plain_head(head)
        is_friend_class = re.match(r"\s*friend\s+(?:class|struct)\b", head)
        if not plain or plain.startswith("static_assert") or is_friend_class:
            return
        name, kind = name_and_kind(head)
        if name:
            at = start + len(head) - len(head.lstrip())
            yield self.declaration(kind, name, at, scope, head)

    def block(
        self, head: str, start: int, opened: int, closed: int, scope: Scope
    ) -> Iterator[Declaration]:
        plain = plain_head(head)
        at = start + len(head) - len(head.lstrip())
        if found := NAMESPACE.match(plain):
            inner = "::".join(part for part in (scope.namespace, found[1]) if part)
            yield from self.read(opened + 1, closed, Scope(inner))
        elif not plain:  # extern "C", or the end of one declaration before the next
            yield from self.read(opened + 1, closed, scope)
        elif (found := TYPE.match(plain)) and "(" not in plain:
            kind = "enum" if found[1].startswith("enum") else "class"
            yield self.declaration(kind, found[2], at, scope)
            name = "::".join(part for part in (scope.class_name, found[2]) if part)
            inside = Scope(scope.namespace, name, scope.public and found[1] != "class")
            if kind == "enum":
                inside = Scope(scope.namespace, name, scope.public)
                yield from self.enumerators(opened + 1, closed, inside)
            elif scope.public:
                yield from self.read(opened + 1, closed, inside)
        else:
            name, kind = name_and_kind(head)
            yield self.declaration(kind, name, at, scope, head)

    def enumerators(self, start: int, end: int, scope: Scope) -> Iterator[Declaration]:
        for item in re.finditer(r"(?:^|,)\s*(\w+)", self.text[start:end]):
            yield self.declaration("enumerator", item[1], start + item.start(1), scope)


def declarations(text: str) -> list[Declaration]:
    """In the order of the text; of a class that is not public, not its members."""
    reader = Reader(text)
    return list(reader.read(0, len(reader.text), Scope()))
