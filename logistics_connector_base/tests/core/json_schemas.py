"""Any small JSON Schema, and values that have a chance to fit it."""

from hypothesis import strategies as st

VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 8),
        st.sampled_from([0.5, 1.0, 2.5, "", "a", "ab", "abc", "b1", "x-a"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "b", "c", "x-a", "long"]), inner, max_size=3),
    ),
    max_leaves=6,
)
NAMES = st.sampled_from(["a", "b", "c", "x-a"])
LIMITS = st.integers(0, 3)


def schemas(depth=2):
    inner = st.booleans() if depth == 0 else st.one_of(st.booleans(), schemas(depth - 1))
    types = st.sampled_from(["null", "boolean", "object", "array", "number", "integer", "string"])
    rules = {
        "type": st.one_of(types, st.lists(types, min_size=1, max_size=3, unique=True)),
        "enum": st.lists(VALUES, min_size=1, max_size=3),
        "const": VALUES,
        "minimum": st.integers(-2, 5),
        "exclusiveMinimum": st.integers(-2, 5),
        "maximum": st.integers(-2, 5),
        "exclusiveMaximum": st.integers(-2, 5),
        "multipleOf": st.sampled_from([1, 2, 4, 0.5]),
        "minLength": LIMITS,
        "maxLength": LIMITS,
        "pattern": st.sampled_from(["^a", "b", "[0-9]$"]),
        "minItems": LIMITS,
        "maxItems": LIMITS,
        "uniqueItems": st.booleans(),
        "items": inner,
        "prefixItems": st.lists(inner, min_size=1, max_size=2),
        "contains": inner,
        "minContains": st.integers(0, 2),
        "required": st.lists(NAMES, max_size=2, unique=True),
        "properties": st.dictionaries(NAMES, inner, max_size=3),
        "patternProperties": st.dictionaries(
            st.sampled_from(["^x-", "a", "^b$"]), inner, min_size=1, max_size=2
        ),
        "additionalProperties": inner,
        "propertyNames": inner,
        "minProperties": LIMITS,
        "maxProperties": LIMITS,
        "dependentRequired": st.dictionaries(NAMES, st.lists(NAMES, max_size=2, unique=True)),
        "dependentSchemas": st.dictionaries(NAMES, inner, max_size=2),
        "allOf": st.lists(inner, min_size=1, max_size=2),
        "anyOf": st.lists(inner, min_size=1, max_size=2),
        "oneOf": st.lists(inner, min_size=1, max_size=2),
        "not": inner,
        "if": inner,
        "then": inner,
        "else": inner,
        "unevaluatedProperties": inner,
        "unevaluatedItems": inner,
    }

    def build(names):
        return st.fixed_dictionaries({name: rules[name] for name in names})

    return st.lists(st.sampled_from(sorted(rules)), max_size=3, unique=True).flatmap(build)
