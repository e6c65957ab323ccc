"""The documentation names things that exist."""

import ast
import re

import pytest
from PIL import Image

from devtools import addons, paths

PAGES = sorted(
    page
    for pattern in ("README.md", "docs/**/*.md", "logistics_connector_*/**/README.md")
    for page in paths.PROJECT.glob(pattern)
)
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")
CODE_LINE = re.compile(r"^Code: (.+)\.$", re.MULTILINE)
FENCE = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
TEST_PROVIDER = paths.PROJECT / "tests/addons/logistics_test_provider"


def name(page):
    return str(page.relative_to(paths.PROJECT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    text = re.sub(r"<!--.*?-->", "", page.read_text(), flags=re.DOTALL)
    missing = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", sorted(paths.PROJECT.glob("docs/decisions/*.md")), ids=name)
def test_decisions_name_code_that_is_there(page):
    (line,) = CODE_LINE.findall(page.read_text())
    folder = paths.PROJECT
    for path in re.findall(r"`([^`]+)`", line):
        if path.startswith("logistics_connector_"):
            folder = paths.PROJECT / path.split("/")[0]
        found = (paths.PROJECT / path).exists() or (folder / path).exists()
        assert found, path


def test_decisions_are_numbered():
    numbers = [page.name[:4] for page in sorted(paths.PROJECT.glob("docs/decisions/*.md"))]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_the_guide_to_providers_shows_the_tested_one():
    """What the page shows of parser, contract, record and mapping is in the addon, statement by
    statement (comments apart)."""
    blocks = FENCE.findall((paths.PROJECT / "docs/new-provider.md").read_text())
    parser, contract = (code for language, code in blocks[:4] if language == "python")
    shown = ast.parse(parser).body + ast.parse(contract).body
    real = [
        statement
        for path in TEST_PROVIDER.rglob("*.py")
        for statement in ast.parse(path.read_text()).body
    ]
    known = {_without_docstrings(statement) for statement in real}
    for statement in shown:
        assert _without_docstrings(statement) in known, ast.unparse(statement)
    mapping = (TEST_PROVIDER / "providers/bluepost/mapping.csv").read_text().splitlines()
    (rows,) = (code for language, code in blocks if language == "csv")
    assert set(rows.splitlines()) <= set(mapping)


def _without_docstrings(statement):
    tree = ast.parse(ast.unparse(statement))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    return ast.dump(tree)


@pytest.mark.parametrize("addon", addons.ours())
def test_every_addon_is_complete(addon):
    folder = paths.PROJECT / addon
    manifest = ast.literal_eval((folder / "__manifest__.py").read_text())
    assert manifest["license"] == "LGPL-3"
    assert manifest["version"].startswith("19.0.")
    assert not {"development_status", "maintainers"} & set(manifest), "test_lint refuses these"
    ours = {name for name in manifest["depends"] if name.startswith(addons.PREFIX)}
    is_bridge = manifest.get("auto_install")
    assert is_bridge or ours <= {"logistics_connector_base"}, "depends on a sibling"
    assert (folder / "README.rst").exists()
    with Image.open(folder / "static/description/icon.png") as icon:
        assert icon.width == icon.height >= 100
    assert f"# \t* {addon}\n" in (folder / "i18n" / f"{addon}.pot").read_text()
