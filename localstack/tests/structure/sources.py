"""The project's source as these tests read it: Rust files without their tests, what they import, the template."""

import re
from functools import cache

import yaml

from zoco.workspace import ROOT

SERVICES = sorted(path.parent.name for path in (ROOT / "functions").glob("*/Cargo.toml"))
SHARED = sorted(path.parent.name for path in (ROOT / "shared").glob("*/Cargo.toml"))


class Loose(yaml.SafeLoader):
    """Reads `!GetAtt A.B` as the text `A.B`, and other tags as their content."""


def _tagged(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    construct = loader.construct_sequence if isinstance(node, yaml.SequenceNode) else loader.construct_mapping
    return construct(node, deep=True)


Loose.add_multi_constructor("!", _tagged)


@cache
def template():
    """The template's resources by their logical ids."""
    return yaml.load((ROOT / "template.yaml").read_text(encoding="utf-8"), Loose)["Resources"]


def resources(kind):
    """The properties of the template's resources of a type, by their logical ids."""
    return {name: one["Properties"] for name, one in template().items() if one["Type"] == kind}


def logical_id(function):
    """`get-sale` → `GetSaleFunction`."""
    return "".join(map(str.capitalize, function.split("-"))) + "Function"


@cache
def functions():
    """The functions, each with its service: every file below `src/handlers` of a service."""
    return {
        path.stem.replace("_", "-"): service
        for service in SERVICES
        for path in (ROOT / "functions" / service / "src/handlers").glob("*.rs")
    }


def rust_files(*folders):
    """All Rust files below folders of the project."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.rs") if "target" not in path.parts)


def without_tests(text):
    """The code of a file without its test module."""
    return re.split(r"#\[cfg\(test\)\]\nmod \w+ \{", text)[0]


def without_comments(text):
    return re.sub(r"//[^\n]*", "", text)


def expand(path):
    """The paths in a `use`: `a::{b, c::{self, D}}` → `a::b`, `a::c`, `a::c::D`.

    >>> expand("a::{b, c::{self, D}}")
    ['a::b', 'a::c', 'a::c::D']
    """
    head, brace, rest = path.partition("{")
    head = head.strip().removesuffix("::")
    if not brace:
        return [head.removesuffix("::self")]
    parts, depth, part = [], 0, ""
    for sign in rest[: rest.rindex("}")]:
        depth += (sign == "{") - (sign == "}")
        if sign == "," and not depth:
            parts.append(part)
            part = ""
        else:
            part += sign
    parts = [one for one in [*parts, part] if one.strip()]
    return [f"{head}::{one}".removesuffix("::self") if head else one for each in parts for one in expand(each)]


def uses(text):
    """The full paths that a piece of Rust names: by `use`, and in the code."""
    code = without_comments(without_tests(text))
    found = [one.strip() for path in re.findall(r"^\s*(?:pub )?use ([^;]+);", code, re.M) for one in expand(" ".join(path.split()))]
    rest = re.sub(r"^\s*(?:pub )?use [^;]+;", "", code, flags=re.M)
    return found + re.findall(r"(?<![\w:])((?:crate|super|[a-z_]+)(?:::\w+)+)", rest)


class Crate:
    """The modules of a crate's library, and who imports whom. A module is a file: `sale`, `store::lists`."""

    def __init__(self, folder):
        self.folder = ROOT / folder / "src"
        self.files = {}
        for path in sorted(self.folder.rglob("*.rs")):
            parts = path.relative_to(self.folder).with_suffix("").parts
            if parts[0] in ("handlers", "main", "testing"):
                continue
            name = "::".join(part for part in parts if part not in ("mod", "lib"))
            self.files[name] = path
        self.reexports = {}
        self.reexports = self.reexported("")

    def reexported(self, module):
        """What a module gives out of others: `Sales` → `store`."""
        text = without_comments(without_tests(self.files[module].read_text(encoding="utf-8")))
        found = {}
        for path in re.findall(r"^pub use ([^;]+);", text, re.M):
            for one in expand(" ".join(path.split())):
                name = one.rsplit("::", 1)[-1].split(" as ")[-1].strip()
                if target := self.module_of(self.absolute(one if one.startswith(("crate", "super")) else f"self::{one}", module)):
                    found[name] = target
        return found

    def absolute(self, path, module):
        """A path from the crate's root: `super::User` within `store::lists` → `store::User`."""
        parts = path.split("::")
        here = module.split("::") if module else []
        if parts[0] == "crate":
            return "::".join(parts[1:])
        if parts[0] == "self":
            return "::".join([*here, *parts[1:]])
        while parts and parts[0] == "super":
            here, parts = here[:-1], parts[1:]
        return "::".join([*here, *parts])

    def module_of(self, path):
        """The file that a path from the root leads to; `None` for the root itself."""
        parts = path.split("::")
        for end in range(len(parts), 0, -1):
            name = "::".join(parts[:end])
            if name in self.files and name:
                rest = parts[end:]
                # What a folder's `mod.rs` only passes on.
                if rest and (target := self.reexported_by(name).get(rest[0])):
                    return target
                return name
        return self.reexports.get(parts[0])

    def reexported_by(self, module):
        text = without_comments(without_tests(self.files[module].read_text(encoding="utf-8")))
        found = {}
        for path in re.findall(r"^pub use ([^;]+);", text, re.M):
            for one in expand(" ".join(path.split())):
                child = f"{module}::{one.split('::')[0]}"
                if child in self.files:
                    found[one.rsplit("::", 1)[-1]] = child
        return found

    def imports(self):
        """For each module the modules that it names. A folder's `mod.rs` and its own files are one another's kin: that
        they name each other is no import, but for siblings."""
        graph = {}
        for module, path in self.files.items():
            if not module:
                continue
            found = set()
            for use in uses(path.read_text(encoding="utf-8")):
                if use.startswith(("crate::", "super::")) and (target := self.module_of(self.absolute(use, module))):
                    if target != module and not target.startswith(module + "::") and not module.startswith(target + "::"):
                        found.add(target)
            graph[module] = found
        return graph


def circles(graph):
    """The groups of modules that import one another in a circle (strongly connected components).

    >>> circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})
    [['a', 'b', 'c']]
    """

    def reach(start):
        seen, waiting = set(), [start]
        while waiting:
            for one in graph.get(waiting.pop(), ()):
                if one not in seen:
                    seen.add(one)
                    waiting.append(one)
        return seen

    reached = {name: reach(name) for name in graph}
    groups = {tuple(sorted(other for other in graph if other in reached[name] and name in reached[other])) for name in graph}
    return sorted(list(group) for group in groups if len(group) > 1)


def height(graph):
    """How many floors a graph without circles has: the longest way down, in modules."""
    groups = {name: tuple(group) for group in circles(graph) for name in group}
    heights = {}

    def of(name):
        key = groups.get(name, (name,))
        if key not in heights:
            heights[key] = 0
            below = {one for member in key for one in graph.get(member, ()) if one not in key}
            heights[key] = 1 + max((of(one) for one in below), default=0)
        return heights[key]

    return max(map(of, graph), default=0)


def floors(service):
    """The floor of each module, as the service's `lib.rs` says: a heading for each, with a table of its modules."""
    text = (ROOT / "functions" / service / "src/lib.rs").read_text(encoding="utf-8")
    found, heading = {}, None
    for line in text.splitlines():
        if match := re.match(r"//! ## (.+)", line):
            heading = match[1].strip()
        elif heading and line.startswith("//! |"):
            for name in re.findall(r"\[`(\w+)`\]", line.split("|")[1]):
                found[name] = heading
    return found
