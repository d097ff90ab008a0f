"""The rules of the house, checked by reading the source. docs/map.md says why they are so."""

import ast
import re
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).parent.parent
APPS = ["verify", "claims", "media"]
NO_NAMES = {"utils", "util", "helpers", "common", "services", "misc", "manager"}
BIGGEST_FILE_LINES, BIGGEST_FUNCTION_LINES = 500, 50
MAY_TAKE_FROM_MEDIA = {
    "media.models", "media.ingest", "media.outbound", "media.signals", "media.errors",
    "media.metadata.edtf", "media.metadata.spans",
}  # fmt: skip
MAY_RING = {"tasks.py", "ingest.py", "jobs.py", "lookups.py", "celery.py"}

# Source without a test file of its own, each with where it is tested instead.
TESTED_ELSEWHERE = {
    "verify/wsgi.py": "started by tests/verify/test_supervisor.py",
    "verify/apps.py": "wiring; every test loads it",
    "verify/urls.py": "every test of a page or of the API goes through it",
    "claims/apps.py": "wiring; every test loads it",
    "media/apps.py": "wiring; every test loads it",
    "media/signals.py": "two names; received in tests/claims/test_receivers.py",
    "claims/errors.py": "kinds of errors; raised in the tests of the jobs",
    "media/errors.py": "kinds of errors; raised in the tests of the jobs",
}
# Folders whose modules are tested through the door they make up, not one by one.
TESTED_AS_ONE = {
    "claims/models": "rows; tested by the jobs that write them",
    "media/models": "rows; tested by the jobs that write them",
    "claims/pages": "tests/claims/pages",
    "media/pages": "tests/media/pages",
    "claims/api": "tests/claims/api",
    "media/api": "tests/media/api",
    "claims/management": "tests/claims",
    "media/management": "tests/media",
    "verify/management": "tests/verify",
    "verify/demo": "tests/verify/demo/test_loading.py",
    "claims/migrations": "makemigrations --check",
    "media/migrations": "makemigrations --check",
}


def sources() -> list[Path]:
    """Every Python file of the product, apart from what Django writes."""
    found = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def imports_of(path: Path):
    """(line, whole dotted name) of everything a file imports, `from x import y` as x.y."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def run(*command: str) -> None:
    """Run a tool of the virtual environment; its words are the message when it fails."""
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"


# --- Tools ------------------------------------------------------------------------------------
def test_the_walls_between_the_rooms_hold():
    run("-c", "from importlinter.cli import lint_imports_command as lint; lint(['--no-cache'])")


def test_ruff_finds_nothing():
    run("-m", "ruff", "check", "--no-cache", ".")


def test_the_formatter_changes_nothing():
    run("-m", "ruff", "format", "--no-cache", "--check", ".")


def test_types_of_the_pure_code_are_whole(tmp_path):
    run("-m", "mypy", "--cache-dir", str(tmp_path))


@pytest.mark.django_db
def test_no_migration_is_missing():
    said = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=said)
    except SystemExit:
        pytest.fail(said.getvalue())


# --- Names and places ---------------------------------------------------------------------------
def test_migrations_have_names():
    for path in ROOT.glob("*/migrations/[0-9]*.py"):
        assert "auto" not in path.stem, f"{name_of(path)}: name it for what it does"


def test_no_module_is_a_drawer_for_anything():
    for path in sources():
        names = {path.stem, *path.relative_to(ROOT).parent.parts}
        assert not names & NO_NAMES, f"{name_of(path)}: name it for its one thing"


def test_tests_have_no_init_files():
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_every_module_has_its_tests():
    missing = []
    for path in sources():
        name = name_of(path)
        mirror = ROOT / "tests" / Path(name).with_name(f"test_{path.name}")
        is_excused = name in TESTED_ELSEWHERE or any(
            name.startswith(f"{folder}/") for folder in TESTED_AS_ONE
        )
        if path.name != "__init__.py" and not is_excused and not mirror.exists():
            missing.append(f"{name} wants {mirror.relative_to(ROOT)}")
    assert not missing, "\n".join(missing)


def test_excuses_name_files_that_exist():
    gone = [name for name in (*TESTED_ELSEWHERE, *TESTED_AS_ONE) if not (ROOT / name).exists()]
    assert not gone


# --- Imports ------------------------------------------------------------------------------------
def test_imports_are_written_whole():
    for path in sources():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{name_of(path)}:{node.lineno}: write the whole path"


def test_claims_take_from_media_only_what_is_offered():
    for path in (ROOT / "claims").rglob("*.py"):
        for line, name in imports_of(path):
            if name.split(".")[0] == "media":
                is_offered = any(
                    name == offer or name.startswith(f"{offer}.") for offer in MAY_TAKE_FROM_MEDIA
                )
                assert is_offered, f"{name_of(path)}:{line} takes {name}"


def test_only_jobs_ring_for_workers():
    bells = {"delay", "apply_async", "send_task", "delay_on_commit", "apply_async_on_commit"}
    for path in sources():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Attribute) and node.attr in bells:
                assert path.name in MAY_RING, f"{name_of(path)}:{node.lineno}: .{node.attr}"


# --- Sizes and silences -------------------------------------------------------------------------
def test_files_stay_readable(capsys):
    sizes = sorted(((len(path.read_text().splitlines()), path) for path in sources()), reverse=True)
    with capsys.disabled():
        print("\nthe ten biggest files:")
        print("\n".join(f"{lines:5} {name_of(path)}" for lines, path in sizes[:10]))
    assert sizes[0][0] <= BIGGEST_FILE_LINES, f"split {name_of(sizes[0][1])}"


def test_functions_stay_readable():
    for path in sources():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                where = f"{name_of(path)}:{node.lineno} {node.name}"
                assert lines <= BIGGEST_FUNCTION_LINES, f"{where}: {lines} lines"


def test_nothing_is_put_off_or_hushed():
    """A hushed warning says why, on its line or in a comment above it."""
    put_off = re.compile(r"#\s*(TODO|FIXME|XXX)\b|#\s*type:\s*ignore")
    hushed = re.compile(r"#\s*noqa(?!: [A-Z0-9, ]+\s+\S)")
    for path in sources():
        before = ""
        for number, line in enumerate(path.read_text().splitlines(), 1):
            is_silent = hushed.search(line) and not before.strip().startswith("#")
            assert not put_off.search(line), f"{name_of(path)}:{number}: {line.strip()}"
            assert not is_silent, f"{name_of(path)}:{number}: say why: {line.strip()}"
            before = line


# --- Templates ----------------------------------------------------------------------------------
def templates() -> list[Path]:
    return [path for app in APPS for path in (ROOT / app).rglob("templates/**/*.html")]


def test_partials_say_what_they_need():
    for path in templates():
        if path.name.startswith("_"):
            assert path.read_text().startswith("{#"), f"{name_of(path)}: begin with what it needs"


def test_pages_obey_the_content_security_policy():
    """Data blocks such as JSON-LD are no script; a browser never runs them."""
    script = r"<script(?![^>]*\ssrc=|\s+type=\"application/ld\+json\")"
    forbidden = re.compile(rf"\sstyle=|\son[a-z]+=[\"']|{script}|<style|javascript:")
    for path in templates():
        is_admin = "admin" in path.parts
        found = None if is_admin else forbidden.search(path.read_text())
        assert not found, f"{name_of(path)}: {found[0]}"


# --- The repository -----------------------------------------------------------------------------
@pytest.mark.parametrize("name", [".gitignore", ".dockerignore"])
def test_ignore_files_are_anchored(name):
    anywhere = {"__pycache__/", "*.pyc", "**/__pycache__/", "**/*.pyc"}
    for line in (ROOT / name).read_text().splitlines():
        is_rule = line.strip() and not line.startswith("#")
        assert not is_rule or line.startswith(("/", "!/")) or line in anywhere, f"{name}: {line}"


def test_git_swallows_no_room():
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    for name in ("media/new.py", "tests/media/test_new.py", "media/static/media/x.js", "docs/x.md"):
        done = subprocess.run(
            ["git", "-c", "safe.directory=*", "check-ignore", name], cwd=ROOT, check=False
        )
        assert done.returncode == 1, f"git ignores {name}"


def test_every_locked_package_has_a_hash():
    for lock in ROOT.glob("requirements*.txt"):
        text = lock.read_text()
        pins = re.findall(r"^[a-z0-9].*==", text, flags=re.M | re.I)
        assert len(pins) <= text.count("--hash=sha256:"), lock.name
        assert not re.search(r"^[a-z0-9][^=]*$", text, flags=re.M | re.I), f"{lock.name}: unpinned"
