# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What does not fit a JSON Schema, in plain words and without the jargon of schemas."""

from collections.abc import Callable, Iterable, Mapping

from jsonschema.exceptions import ValidationError

from ..jsonsafe import clean_text

TYPE_NAMES = {
    "object": "an object",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}
_FOUND_NAMES = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
MOST_VALUES = 12
TEXT_LIMIT = 400


def pointer(steps: Iterable[str | int]) -> str:
    """The JSON pointer (RFC 6901) of a path, "/" for the whole message."""
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return clean_text("/" + "/".join(escaped), 200)


def in_order(errors: Iterable[ValidationError]) -> list[ValidationError]:
    """Errors as their places come in the message."""
    return sorted(errors, key=lambda error: [_padded(step) for step in error.absolute_path])


def _padded(step: str | int) -> str:
    return f"{step:09d}" if isinstance(step, int) else step


def explain(
    error: ValidationError,
    special: Mapping[str | None, Callable[[ValidationError], str]] | None = None,
) -> str:
    """One error as a sentence without its full stop.

    ``special``: words of one's own for some keywords. A schema may bring words itself, as
    ``x-message``, for its ``pattern``, ``anyOf``, ``oneOf`` and ``not``.
    """
    message = error.schema.get("x-message") if isinstance(error.schema, dict) else None
    if isinstance(message, str) and error.validator in ("pattern", "anyOf", "oneOf", "not"):
        return clean_text(message, TEXT_LIMIT)
    found = (special or {}).get(error.validator) or _EXPLANATIONS.get(error.validator)
    text = found(error) if found else f"does not fit the rule “{error.validator}”"
    return clean_text(text, TEXT_LIMIT)


def name_types(wanted: str | Iterable[str]) -> str:
    """Types of JSON Schema as people call them."""
    wanted = [wanted] if isinstance(wanted, str) else wanted
    return " or ".join(TYPE_NAMES.get(name, name) for name in wanted)


def name_values(values: Iterable[object]) -> str:
    """Some values in a row; of many the first ones."""
    texts = ["nothing" if value is None else clean_text(value, 60) for value in values]
    more = ["…"] if len(texts) > MOST_VALUES else []
    return ", ".join(texts[:MOST_VALUES] + more)


def _missing(error: ValidationError) -> str:
    # jsonschema reports each missing name by itself and tells it in its message alone.
    names = [name for name in error.validator_value if name not in error.instance]
    told = [name for name in names if error.message.startswith(repr(name))]
    return f"“{clean_text((told or names)[0], 60)}” is missing"


def _needs(error: ValidationError) -> str:
    for name, others in error.validator_value.items():
        missing = [other for other in others if other not in error.instance]
        if name in error.instance and missing:
            return f"“{name}” needs “{missing[0]}” beside it"
    return "fields are missing that belong together"


def _unknown(error: ValidationError) -> str:
    known = error.schema.get("properties", {})
    names = [name for name in error.instance if name not in known and name[:2] not in ("x-", "x_")]
    names = names or list(error.instance)
    return f"“{clean_text(names[0], 60)}” is no field of this format"


def _types(error: ValidationError) -> str:
    if error.instance is None:
        found = "nothing"
    else:
        found = _FOUND_NAMES.get(type(error.instance), "a number")
    return f"{name_types(error.validator_value)} expected, found {found}"


def _short(error: ValidationError) -> str:
    if not error.instance:
        return "the text is empty"
    return f"the text is shorter than {error.validator_value} characters"


def _few(error: ValidationError) -> str:
    if not error.instance:
        return "the list is empty"
    return f"the list has fewer than {error.validator_value} entries"


_EXPLANATIONS: dict[str | None, Callable[[ValidationError], str]] = {
    "required": _missing,
    "dependentRequired": _needs,
    "additionalProperties": _unknown,
    "unevaluatedProperties": lambda e: "there are fields that are no part of this format",
    "unevaluatedItems": lambda e: "there are entries that are no part of this format",
    "propertyNames": lambda e: "a field has a name that is not expected here",
    "minProperties": lambda e: f"fewer than {e.validator_value} fields",
    "maxProperties": lambda e: f"more than {e.validator_value} fields",
    "type": _types,
    "enum": lambda e: f"one of {name_values(e.validator_value)} expected",
    "const": lambda e: f"“{clean_text(e.validator_value, 60)}” expected",
    "pattern": lambda e: "the text has not the form that is expected here",
    "minLength": _short,
    "maxLength": lambda e: f"the text is longer than {e.validator_value} characters",
    "minimum": lambda e: f"the number is smaller than {e.validator_value}",
    "maximum": lambda e: f"the number is greater than {e.validator_value}",
    "exclusiveMinimum": lambda e: f"the number must be greater than {e.validator_value}",
    "exclusiveMaximum": lambda e: f"the number must be smaller than {e.validator_value}",
    "multipleOf": lambda e: f"the number is no multiple of {e.validator_value}",
    "minItems": _few,
    "maxItems": lambda e: f"the list has more than {e.validator_value} entries",
    "uniqueItems": lambda e: "the list holds an entry twice",
    "contains": lambda e: "the list lacks an entry that must be there, or has too many of it",
    "anyOf": lambda e: "none of the forms that are allowed here",
    "oneOf": lambda e: "exactly one of the forms that are allowed here expected",
    "not": lambda e: "a form that is not allowed here",
    None: lambda e: "nothing may stand here",
}
