"""What a GraphQL query asks for, and of a value what was asked for."""

import base64
import re

TOKENS = re.compile(r"[{}]|\w+(?::\s*\w+)?(?:\([^)]*\))?")


def uuid(kind, number):
    """ShipHero's id of a thing in GraphQL."""
    return base64.b64encode(f"{kind}:{number}".encode()).decode()


def read_selection(query):
    """The fields of a query: {name (or alias): {…}}; leaves are empty."""
    stack, name = [{}], None
    for token in TOKENS.findall(query):
        if token == "{":
            stack.append(stack[-1].setdefault(name, {}) if name else stack[-1])
        elif token == "}":
            stack.pop()
        else:
            name = re.split(r"[:(]", token)[0].strip()
            stack[-1].setdefault(name, {})
    return stack[0]


def pick(value, wanted):
    """Of a value what was asked for, null where it has none."""
    if isinstance(value, list):
        return [pick(one, wanted) for one in value]
    if not wanted or not isinstance(value, dict):
        return value
    return {name: pick(value.get(name), inner) for name, inner in wanted.items()}
