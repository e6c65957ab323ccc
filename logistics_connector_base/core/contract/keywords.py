# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A look at a schema before it is used: what it may hold, and whether its work can be bounded.

Contracts come from partners and from the internet, and checks happen in the call of a stranger. So
a schema is refused where it is no Draft 2020-12, where it points to other documents (nothing is
ever fetched), where it holds a keyword that we would silently ignore, and where it refers to itself
without going deeper into the message, which would never end.
"""

from collections.abc import Iterator
from itertools import chain

from .patterns import PatternError, longest_text

DRAFT = "https://json-schema.org/draft/2020-12/schema"
MAX_SUBSCHEMAS = 5000
MAX_NAME = 500  # characters
MAX_VALUES = 2000  # of one enumeration
# Checks that one value of a message may cost at most, when the quick validator is to be used.
QUICK_SIZE = 20_000

HERE_ONE = ("not", "if", "then", "else")
HERE_LIST = ("allOf", "anyOf", "oneOf")
HERE_MAP = ("dependentSchemas",)
BELOW_ONE = (
    *("items", "contains", "additionalProperties", "propertyNames"),
    *("unevaluatedItems", "unevaluatedProperties"),
)
BELOW_LIST = ("prefixItems",)
BELOW_MAP = ("properties", "patternProperties")
ASSERTIONS = (
    *("type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum"),
    *("exclusiveMinimum", "maxLength", "minLength", "pattern", "maxItems", "minItems"),
    *("uniqueItems", "maxContains", "minContains", "maxProperties", "minProperties"),
    *("required", "dependentRequired"),
)
# They say something to people, and decide nothing.
NOTES = (
    *("$schema", "$id", "$comment", "title", "description", "default", "examples", "example"),
    *("deprecated", "readOnly", "writeOnly", "format", "contentEncoding", "contentMediaType"),
    *("contentSchema", "$anchor"),
)
DEFINITIONS = ("$defs", "definitions")
KNOWN = {
    *HERE_ONE, *HERE_LIST, *HERE_MAP, *BELOW_ONE, *BELOW_LIST, *BELOW_MAP,
    *ASSERTIONS, *NOTES, *DEFINITIONS, "$ref",
}  # fmt: skip


class SchemaError(ValueError):
    """A schema that cannot be a contract; says where and why."""


def fail(pointer: str, text: str) -> SchemaError:
    return SchemaError(f"{pointer or '/'}: {text}.")


def step(name: object) -> str:
    return "/" + str(name).replace("~", "~0").replace("/", "~1")


def target(root: object, reference: str) -> object:
    """What a reference inside the same document points to. LookupError where that is nothing."""
    value = root
    for part in reference.lstrip("#").split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = value[int(part)]
        elif isinstance(value, dict):
            value = value[part]
        else:
            raise LookupError(reference)
    return value


def children(schema: object) -> Iterator[tuple[str, object, bool]]:
    """The schemas inside a schema: pointer, schema, and whether it judges the same value."""
    if not isinstance(schema, dict):
        return
    for names, is_here in ((HERE_ONE, True), (BELOW_ONE, False)):
        for name in names:
            if name in schema:
                yield step(name), schema[name], is_here
    for names, is_here in ((HERE_LIST, True), (BELOW_LIST, False)):
        for name in names:
            for index, item in enumerate(schema.get(name, ())):
                yield step(name) + step(index), item, is_here
    for names, is_here in ((HERE_MAP, True), (BELOW_MAP, False)):
        for name in names:
            for key, item in schema.get(name, {}).items():
                yield step(name) + step(key), item, is_here


def look(root: dict) -> bool:
    """Refuse what cannot be used (SchemaError); else whether the quick validator may be used.

    The root must be valid after the draft's own schema.
    """
    seen: dict[int, object] = {}
    for pointer, schema in _all(root):
        if id(schema) in seen:
            continue
        seen[id(schema)] = schema
        if len(seen) > MAX_SUBSCHEMAS:
            raise SchemaError(f"The schema has more than {MAX_SUBSCHEMAS} parts.")
        if isinstance(schema, dict):
            _look_at(root, pointer, schema)
    _Loops(root).look()
    return _Sizes(root).fits()


def _all(root: dict) -> Iterator[tuple[str, object]]:
    waiting: list[tuple[str, object]] = [("", root)]
    while waiting:
        pointer, schema = waiting.pop()
        yield pointer, schema
        if isinstance(schema, dict):
            definitions = (
                (step(name) + step(key), item)
                for name in DEFINITIONS
                for key, item in schema.get(name, {}).items()
            )
            inside = ((path, item) for path, item, _is_here in children(schema))
            waiting += [(pointer + path, item) for path, item in chain(definitions, inside)]


def _look_at(root: dict, pointer: str, schema: dict) -> None:
    for name in schema:
        if name not in KNOWN and not name.startswith(("x-", "x_")):
            raise fail(pointer + step(name), f"“{name[:60]}” is not known, and would check nothing")
    declared = schema.get("$schema", DRAFT).rstrip("#")
    if declared != DRAFT:
        raise fail(f"{pointer}/$schema", "only JSON Schema Draft 2020-12 is understood")
    if pointer and "$id" in schema:
        raise fail(f"{pointer}/$id", "an id may stand at the top only")
    if max(map(len, schema.get("properties", ())), default=0) > MAX_NAME:
        raise fail(f"{pointer}/properties", f"a name of more than {MAX_NAME} characters")
    if len(schema.get("enum", ())) > MAX_VALUES:
        raise fail(f"{pointer}/enum", f"more than {MAX_VALUES} values")
    for name in filter(None, (schema.get("pattern"), *schema.get("patternProperties", ()))):
        try:
            longest_text(name)
        except PatternError as error:
            raise fail(pointer, str(error)) from None
    reference = schema.get("$ref")
    if reference is None:
        return
    if reference != "#" and not reference.startswith("#/"):
        raise fail(
            f"{pointer}/$ref",
            "it points to another document. Nothing is fetched: copy that part into “$defs”",
        )
    try:
        found = target(root, reference)
    except (LookupError, ValueError):
        raise fail(f"{pointer}/$ref", f"there is nothing at “{reference[:100]}”") from None
    if not isinstance(found, dict | bool):
        raise fail(f"{pointer}/$ref", f"what stands at “{reference[:100]}” is no schema")
    if isinstance(found, dict):
        _look_at_found(found, pointer)


def _look_at_found(found: dict, pointer: str) -> None:
    # Also where nobody looks for schemas, such as inside "examples".
    unknown = [n for n in found if n not in KNOWN and not n.startswith(("x-", "x_"))]
    if unknown:
        raise fail(f"{pointer}/$ref", f"what it points to is no schema (“{unknown[0][:60]}”)")


def _onward(root: dict, schema: object) -> Iterator[tuple[object, bool]]:
    for _path, item, is_here in children(schema):
        yield item, is_here
    if isinstance(schema, dict) and "$ref" in schema:
        yield target(root, schema["$ref"]), True


class _Loops:
    """Finds a schema that leads to itself without going deeper into the message."""

    def __init__(self, root: dict):
        self.root = root
        self.over: set[int] = set()

    def look(self) -> None:
        for pointer, schema in _all(self.root):
            if id(schema) not in self.over:
                self._walk(schema, pointer)

    def _walk(self, schema: object, pointer: str) -> None:
        path: list[tuple[object, Iterator[object]]] = []
        on_path: set[int] = set()

        def enter(item: object) -> None:
            path.append((item, (n for n, is_here in _onward(self.root, item) if is_here)))
            on_path.add(id(item))

        enter(schema)
        while path:
            item, rest = path[-1]
            following = next((n for n in rest if isinstance(n, dict)), None)
            if following is None:
                path.pop()
                on_path.discard(id(item))
                self.over.add(id(item))
            elif id(following) in on_path:
                raise fail(pointer, "it refers to itself and would never come to an end")
            elif id(following) not in self.over:
                enter(following)


class _Sizes:
    """Whether a schema, with everything that it refers to written out, stays small."""

    def __init__(self, root: dict):
        self.root = root
        self.sizes: dict[int, int] = {}

    def fits(self) -> bool:
        return self._size(self.root, 0) <= QUICK_SIZE

    def _size(self, schema: object, depth: int) -> int:
        if not isinstance(schema, dict):
            return 1
        known = self.sizes.get(id(schema))
        if known is not None:
            return known
        # One that is met again below itself is endless, when written out.
        self.sizes[id(schema)] = QUICK_SIZE + 1
        if depth > 200:
            return QUICK_SIZE + 1
        size = 1
        for item, _is_here in _onward(self.root, schema):
            size += self._size(item, depth + 1)
            if size > QUICK_SIZE:
                return QUICK_SIZE + 1
        self.sizes[id(schema)] = size
        return size
