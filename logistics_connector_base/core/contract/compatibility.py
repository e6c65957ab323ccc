# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What one schema takes and another one does not.

``compare(known, wanted)`` proves, rule by rule, that whatever fits ``known`` fits ``wanted``. It
returns where that cannot be proved: as *breaking* where a rule is plainly narrower, as *unknown*
where it cannot be told. Nothing is called compatible that was not proved (what is broken may,
rarely, be broken in theory alone). So of messages that come in, ``compare(old, new)`` says whether
partners may go on as they are; of messages that go out, ``compare(new, old)`` says whether partners
understand what they will get.
"""

import json
import time
from fractions import Fraction

from . import words
from .difference import BREAKING, UNKNOWN, Difference
from .keywords import BELOW_LIST, BELOW_MAP, BELOW_ONE, HERE_LIST, HERE_MAP, HERE_ONE, NOTES, target
from .objects import ObjectRules
from .schema import CannotTell, Schema

MOST_STEPS, MOST_SECONDS = 20_000, 5.0
MOST_DIFFERENCES = 50
TYPES = frozenset(("null", "boolean", "object", "array", "string", "integer", "fraction"))
NUMBERS = frozenset(("integer", "fraction"))


def compare(known: Schema, wanted: Schema) -> tuple[Difference, ...]:
    """Why messages that fit ``known`` may not fit ``wanted``; empty: all of them do."""
    comparison = _Comparison(known, wanted)
    try:
        if comparison.same(known.root, wanted.root):
            return ()
        found = comparison.implies([known.root], wanted.root, "")
    except (_TooMuch, RecursionError):
        return (Difference(UNKNOWN, "", "the schemas are too large to be compared"),)
    except CannotTell as error:
        return (Difference(UNKNOWN, "", str(error)),)
    return tuple(dict.fromkeys(found))[:MOST_DIFFERENCES]


class _TooMuch(Exception):
    pass


class _Comparison(ObjectRules):
    def __init__(self, known: Schema, wanted: Schema):
        self.known, self.wanted = known, wanted
        self._assumed: set = set()
        self._steps = 0
        self._until = time.monotonic() + MOST_SECONDS

    # -- the proof ----------------------------------------------------------------------------

    def implies(
        self, olds: list, new: object, pointer: str, split: frozenset = frozenset()
    ) -> list[Difference]:
        """Why a value that fits each of ``olds`` may not fit ``new``.

        A question that comes up again while it is being answered is taken as answered: between the
        two lies at least one step into the message, and messages end.
        """
        self._count()
        atoms = self.flat(self.known.root, olds)
        if new is True or any(atom is False for atom in atoms):
            return []
        types = self._types(atoms)
        if not types:
            return []
        wanted = self.flat(self.wanted.root, [new])
        if wanted == [False]:
            return [Difference(BREAKING, pointer, "nothing may stand here")]
        question = (frozenset(map(id, atoms)), id(new), split)
        if question in self._assumed:
            return []
        self._assumed.add(question)
        try:
            values = self._values(atoms, types)
            if values is not None:
                return self._of_values(values, new, pointer)
            found = []
            for atom in wanted:
                found += self._rules(atoms, atom, types, pointer)
            if found and self._by_cases(atoms, new, pointer, split):
                return []
            return found
        finally:
            self._assumed.discard(question)

    def _by_cases(self, atoms: list, new: object, pointer: str, split: frozenset) -> bool:
        """Whether it is so in each of the cases that the known schema distinguishes."""
        for atom in atoms:
            for name in ("anyOf", "oneOf"):
                if name in atom and (id(atom), name) not in split:
                    done = split | {(id(atom), name)}
                    return all(
                        not self.implies([*atoms, branch], new, pointer, done)
                        for branch in atom[name]
                    )
        return False

    def _count(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS or time.monotonic() > self._until:
            raise _TooMuch

    def flat(self, root: dict, schemas: list) -> list:
        """Schemas that all hold, with what they refer to, and what holds beside them, apart."""
        found: dict[int, object] = {}
        waiting = list(schemas)
        while waiting:
            self._count()
            schema = waiting.pop(0)
            if schema is False:
                return [False]
            if schema is True or id(schema) in found:
                continue
            found[id(schema)] = schema
            waiting += schema.get("allOf", ())
            if "$ref" in schema:
                waiting.append(target(root, schema["$ref"]))
        return list(found.values())

    # -- values -------------------------------------------------------------------------------

    def _values(self, atoms: list, types: frozenset) -> list | None:
        """All values that fit, where they can be counted up."""
        for atom in atoms:
            if "const" in atom:
                return self._those_that_fit([atom["const"]], atoms)
            if "enum" in atom:
                return self._those_that_fit(atom["enum"], atoms)
        if types <= {"null", "boolean"}:
            values = [None] * ("null" in types) + [True, False] * ("boolean" in types)
            return self._those_that_fit(values, atoms)
        return None

    def _those_that_fit(self, values: list, atoms: list) -> list | None:
        found = []
        try:
            for value in values:
                self._count()
                if all(self.known.accepts(atom, value) for atom in atoms):
                    found.append(value)
        except CannotTell:
            return None
        return found

    def _of_values(self, values: list, new: object, pointer: str) -> list[Difference]:
        lost = []
        try:
            for value in values:
                self._count()
                if not self.wanted.accepts(new, value):
                    lost.append(value)
        except CannotTell as error:
            return [Difference(UNKNOWN, pointer, str(error))]
        if not lost:
            return []
        text = f"not allowed: {words.name_values(lost)}"
        return [Difference(BREAKING, pointer, text)]

    # -- rules --------------------------------------------------------------------------------

    def _types(self, atoms: list) -> frozenset:
        types = TYPES
        for atom in atoms:
            types &= _types_of(atom)
        return types

    def _rules(self, atoms: list, new: dict, types: frozenset, pointer: str) -> list[Difference]:
        found = []
        lost = types - _types_of(new)
        if lost:
            names = ["number" if name == "fraction" else name for name in sorted(lost)]
            wanted = words.name_types(new["type"])
            text = f"{words.name_types(names)} is not allowed, {wanted} is expected"
            found.append(Difference(BREAKING, pointer, text))
        types &= _types_of(new)
        if "enum" in new or "const" in new:
            values = words.name_values(new.get("enum", [new.get("const")]))
            found.append(Difference(BREAKING, pointer, f"only these values are allowed: {values}"))
        if types & NUMBERS:
            found += self._numbers(atoms, new, pointer)
        if "string" in types:
            found += self._texts(atoms, new, pointer)
        if "array" in types:
            found += self._lists(atoms, new, pointer)
        if "object" in types:
            found += self.objects(atoms, new, pointer)
        return found + self._combined(atoms, new, pointer)

    def _numbers(self, atoms: list, new: dict, pointer: str) -> list[Difference]:
        found = []
        for sign, inclusive, exclusive, word in (
            (1, "minimum", "exclusiveMinimum", "small"),
            (-1, "maximum", "exclusiveMaximum", "large"),
        ):
            bound = _bound([new], sign, inclusive, exclusive)
            if bound is None:
                continue
            before = _bound(atoms, sign, inclusive, exclusive)
            if before is None or before < bound:
                text = f"smaller numbers than {sign * bound[0]} are not allowed"
                if sign < 0:
                    text = f"larger numbers than {sign * bound[0]} are not allowed"
                if before is not None and before[0] == bound[0]:
                    text = f"{sign * bound[0]} itself is too {word}"
                found.append(Difference(BREAKING, pointer, text))
        step = new.get("multipleOf")
        if step is not None:
            known = [atom["multipleOf"] for atom in atoms if "multipleOf" in atom]
            if not any(_is_multiple(number, step) for number in known):
                text = f"only multiples of {step} are allowed"
                found.append(Difference(BREAKING, pointer, text))
        return found

    def _texts(self, atoms: list, new: dict, pointer: str) -> list[Difference]:
        found = self.limits(atoms, new, pointer, "Length", "characters")
        pattern = new.get("pattern")
        known = [atom["pattern"] for atom in atoms if "pattern" in atom]
        if pattern is not None and pattern not in known:
            kind = UNKNOWN if known else BREAKING
            text = "the form (pattern) is another one" if known else "a form (pattern) is demanded"
            found.append(Difference(kind, pointer, text))
        return found

    def limits(self, atoms: list, new: dict, pointer: str, what: str, unit: str, least: int = 0):
        """``least``: what the known schema demands in another way."""
        found = []
        low, high = new.get(f"min{what}", 0), new.get(f"max{what}")
        if low > max([atom.get(f"min{what}", 0) for atom in atoms] + [least]):
            found.append(Difference(BREAKING, pointer, f"at least {low} {unit} are demanded"))
        if high is not None:
            known = [atom[f"max{what}"] for atom in atoms if f"max{what}" in atom]
            if not known or min(known) > high:
                text = f"more than {high} {unit} are not allowed"
                found.append(Difference(BREAKING, pointer, text))
        return found

    def _lists(self, atoms: list, new: dict, pointer: str) -> list[Difference]:
        found = self.limits(atoms, new, pointer, "Items", "entries")
        if new.get("uniqueItems") and not any(atom.get("uniqueItems") for atom in atoms):
            found.append(Difference(BREAKING, pointer, "no entry may stand twice"))
        most = min((atom["maxItems"] for atom in atoms if "maxItems" in atom), default=None)
        places = max(len(schema.get("prefixItems", ())) for schema in (*atoms, new))
        for index in range(places):
            if most is None or index < most:
                olds = [_entry(atom, index) for atom in atoms]
                found += self.implies(olds, _entry(new, index), f"{pointer}/{index}")
        if most is None or places < most:
            olds = [atom.get("items", True) for atom in atoms]
            found += self.implies(olds, new.get("items", True), f"{pointer}/*")
        if "contains" in new:
            names = ("contains", "minContains", "maxContains")
            if not any(self.same_rules(atom, new, names) for atom in atoms):
                text = "whether the entries that must be there are there cannot be told"
                found.append(Difference(UNKNOWN, pointer, text))
        return found

    def _combined(self, atoms: list, new: dict, pointer: str) -> list[Difference]:
        found = []
        if "anyOf" in new and not any(
            not self.implies(atoms, branch, pointer) for branch in new["anyOf"]
        ):
            found.append(_untold(pointer, "anyOf"))
        for name in ("oneOf", "not", "unevaluatedItems", "unevaluatedProperties"):
            if name not in new or (name.startswith("un") and new[name] is True):
                continue
            # What is left over depends on all the other rules beside it.
            whole = name.startswith("un")
            alike = self.same if whole else lambda a, b, n=name: self.same_rules(a, b, (n,))
            if not any(alike(atom, new) for atom in atoms):
                found.append(_untold(pointer, name))
        if "if" in new and ("then" in new or "else" in new):
            found += self._conditions(atoms, new, pointer)
        return found

    def _conditions(self, atoms: list, new: dict, pointer: str) -> list[Difference]:
        alike = [atom for atom in atoms if self.same_rules(atom, new, ("if",))]
        found = []
        for name in ("then", "else"):
            if name in new:
                olds = [*atoms, *(atom.get(name, True) for atom in alike)]
                found += self.implies(olds, new[name], pointer)
        if found and not alike:
            return [_untold(pointer, "if")]
        return found

    # -- equality -----------------------------------------------------------------------------

    def same(self, old: object, new: object) -> bool:
        """Whether two schemas say the same, word for word, whatever their notes."""
        return self._normal(self.known.root, old, ()) == self._normal(self.wanted.root, new, ())

    def same_rules(self, old: dict, new: dict, names: tuple) -> bool:
        def chosen(schema: dict) -> dict:
            return {name: schema[name] for name in names if name in schema}

        return bool(chosen(old)) and self.same(chosen(old), chosen(new))

    def _normal(self, root: dict, schema: object, path: tuple) -> object:
        self._count()
        if not isinstance(schema, dict):
            return {} if schema is True else schema
        if id(schema) in path:
            return f"loop {len(path) - path.index(id(schema))}"
        path = (*path, id(schema))
        result: dict = {}
        for name, value in schema.items():
            if name in NOTES or name in ("$defs", "definitions") or name[:2] in ("x-", "x_"):
                continue
            if name == "$ref":
                result[name] = self._normal(root, target(root, value), path)
            elif name in HERE_ONE or name in BELOW_ONE:
                result[name] = self._normal(root, value, path)
            elif name in HERE_LIST or name in BELOW_LIST:
                result[name] = [self._normal(root, item, path) for item in value]
            elif name in HERE_MAP or name in BELOW_MAP:
                result[name] = {k: self._normal(root, item, path) for k, item in value.items()}
            elif name in ("required", "type") and isinstance(value, list):
                result[name] = sorted(value)
            else:
                result[name] = json.dumps(value, sort_keys=True)
        return result


def _untold(pointer: str, name: str) -> Difference:
    return Difference(UNKNOWN, pointer, f"what the rule “{name}” means here cannot be told")


def _types_of(schema: dict) -> frozenset:
    names = schema.get("type")
    if names is None:
        return TYPES
    names = {names} if isinstance(names, str) else set(names)
    if "number" in names:
        names = names - {"number"} | NUMBERS
    return frozenset(names)


def _bound(atoms: list, sign: int, inclusive: str, exclusive: str) -> tuple | None:
    """The strictest bound: the number (times ``sign``) and whether it itself is excluded."""
    found = [(sign * atom[inclusive], False) for atom in atoms if inclusive in atom]
    found += [(sign * atom[exclusive], True) for atom in atoms if exclusive in atom]
    return max(found, default=None)


def _is_multiple(number: float, step: float) -> bool:
    if number == step:
        return True
    # Fractions are left alone: floats are no decimals.
    numbers = Fraction(number), Fraction(step)
    return all(n.denominator == 1 for n in numbers) and numbers[0] % numbers[1] == 0


def _entry(schema: dict, index: int) -> object:
    prefix = schema.get("prefixItems", ())
    return prefix[index] if index < len(prefix) else schema.get("items", True)
