# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The part of :mod:`.compatibility` that is about objects and their fields."""

import re
from itertools import chain

from .difference import BREAKING, UNKNOWN, Difference
from .keywords import step
from .patterns import longest_text
from .schema import CannotTell

MOST_FIELDS = 2000
_TEXT = {"type": "string"}  # the name of a field


class ObjectRules:
    """Needs ``implies``, ``limits``, ``known`` and ``wanted`` of the comparison that it is part
    of."""

    def objects(self, atoms: list, new: dict, pointer: str) -> list:
        found = []
        required = set(chain.from_iterable(atom.get("required", ()) for atom in atoms))
        for name in new.get("required", ()):
            if name not in required:
                found.append(Difference(BREAKING, pointer + step(name), "must be there"))
        for trigger, names in new.get("dependentRequired", {}).items():
            known = required | set(
                chain.from_iterable(
                    atom.get("dependentRequired", {}).get(trigger, ()) for atom in atoms
                )
            )
            for name in names:
                if name not in known:
                    text = f"must be there where “{trigger}” is"
                    found.append(Difference(BREAKING, pointer + step(name), text))
        found += self.limits(atoms, new, pointer, "Properties", "fields", len(required))
        for trigger, schema in new.get("dependentSchemas", {}).items():
            more = [atom.get("dependentSchemas", {}).get(trigger, True) for atom in atoms]
            found += self.implies([*atoms, *more], schema, pointer)
        return found + self._names(atoms, new, pointer) + self._fields(atoms, new, pointer)

    def _fields(self, atoms: list, new: dict, pointer: str) -> list:
        if not {"properties", "patternProperties", "additionalProperties"} & new.keys():
            return []
        found = []
        names = dict.fromkeys(
            chain.from_iterable(schema.get("properties", ()) for schema in (*atoms, new))
        )
        for name in list(names)[:MOST_FIELDS]:
            olds = list(chain.from_iterable(_of_field(atom, name) for atom in atoms))
            was_named = any(name in atom.get("properties", ()) for atom in atoms)
            for schema in _of_field(new, name):
                differences = self.implies(olds, schema, pointer + step(name))
                if differences and not was_named:
                    # It was free, and hardly anybody used it: but who knows.
                    text = "was free before and has rules now: whether it was used cannot be told"
                    differences = [Difference(UNKNOWN, pointer + step(name), text)]
                found += differences
        if len(names) > MOST_FIELDS:
            found.append(Difference(UNKNOWN, pointer, "there are too many fields to be compared"))
        return found + self._other_fields(atoms, new, pointer)

    def _other_fields(self, atoms: list, new: dict, pointer: str) -> list:
        """Fields that no schema names. What is free to one pattern of the known schema may come
        under any pattern of the wanted one."""
        found = []
        place = pointer + "/*"
        patterns = new.get("patternProperties", {})
        rest = new.get("additionalProperties", True)
        # Under no pattern of the known one.
        free = [atom.get("additionalProperties", True) for atom in atoms]
        for pattern, schema in patterns.items():
            olds = [atom["patternProperties"][pattern] for atom in atoms if _has(atom, pattern)]
            # Where an atom knows the pattern, a name under it is judged by that rule. Where not, by
            # any of its rules for names that it does not name.
            olds += [
                atom.get("additionalProperties", True)
                for atom in atoms
                if not atom.get("patternProperties")
            ]
            found += self._guess(self.implies(olds, schema, place), place)
        found += self.implies(free, rest, place)
        for index, atom in enumerate(atoms):
            others = [o for n, o in enumerate(atoms) if n != index]
            for pattern, schema in atom.get("patternProperties", {}).items():
                if pattern in patterns:
                    continue  # never under "additionalProperties" of the wanted one
                olds = [schema] + [
                    o.get("additionalProperties", True)
                    for o in others
                    if not o.get("patternProperties")
                ]
                found += self._guess(self.implies(olds, rest, place), place)
        return found

    def _guess(self, differences: list, pointer: str) -> list:
        if not differences:
            return []
        text = "whether fields with such names (patternProperties) fit cannot be told"
        return [Difference(UNKNOWN, pointer, text)]

    def _names(self, atoms: list, new: dict, pointer: str) -> list:
        if "propertyNames" not in new:
            return []
        known = [_TEXT, *(a["propertyNames"] for a in atoms if "propertyNames" in a)]
        if not self.implies(known, new["propertyNames"], pointer):
            return []
        for atom in atoms:
            closed = atom.get("additionalProperties") is False
            if closed and not atom.get("patternProperties"):
                try:
                    accepts = self.wanted.accepts
                    names = atom.get("properties", ())
                    if all(accepts(new["propertyNames"], name) for name in names):
                        return []
                except CannotTell:
                    pass
        return [
            Difference(
                UNKNOWN, pointer, "whether the names of all fields are allowed cannot be told"
            )
        ]


def _has(atom: dict, pattern: str) -> bool:
    return pattern in atom.get("patternProperties", {})


def _of_field(schema: dict, name: str) -> list:
    """The schemas that judge a field of this name."""
    found = [schema["properties"][name]] if name in schema.get("properties", ()) else []
    for pattern, item in schema.get("patternProperties", {}).items():
        if len(name) > longest_text(pattern):
            raise CannotTell("the name of a field is too long for a pattern")
        if re.search(pattern, name):
            found.append(item)
    return found or [schema.get("additionalProperties", True)]
