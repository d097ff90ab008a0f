"""Make the virtual environment and install locked requirements. `make` runs it.

Needs nothing but the Python that runs it. Does nothing, and asks no network, while the locks are
the ones that were installed last.
"""

import argparse
import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NO_VENV = (
    "This Python ({python}) cannot make virtual environments: its ensurepip or venv module is "
    "missing. Install it (Debian, Ubuntu: apt-get install python3-venv) and run this again."
)
NOT_INSTALLED = (
    "The packages in {lock} could not be installed; pip's own words are above. The first start "
    "needs the network (or PIP_INDEX_URL, PIP_FIND_LINKS); later starts do not."
)
NOT_WRITABLE = (
    "{path} cannot be written ({why}). Give this folder to the user who runs the product, "
    "or copy it to a folder of theirs."
)


class InstallError(Exception):
    """Carries the sentence for the person at the terminal."""


def install(locks: list[Path], venv: Path = VENV) -> None:
    """Bring `venv` to what the locks say. Safe to run twice; raises InstallError."""
    missing = [lock for lock in locks if not _is_installed(venv, lock)]
    if not missing and _version_of(venv):
        return
    try:
        _make(venv)
        for lock in locks:
            if not _is_installed(venv, lock):
                _pip_install(venv, lock)
                _stamp(venv, lock).write_text(_digest(lock))
    except OSError as error:
        path = error.filename or venv
        raise InstallError(NOT_WRITABLE.format(path=path, why=error.strerror)) from error


def _make(venv: Path) -> None:
    """Make the environment, or leave one alone that runs."""
    mine = "{}.{}".format(*sys.version_info)
    if _version_of(venv) == mine:
        return
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise InstallError(NO_VENV.format(python=sys.executable))
    venv.mkdir(exist_ok=True)  # says plainly when the folder cannot be written
    probe = venv / ".writable"
    probe.touch()
    probe.unlink()
    print(f"Making a virtual environment in {venv} with Python {mine} ...", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=False)
    if made.returncode:
        raise InstallError(NO_VENV.format(python=sys.executable))


def _pip_install(venv: Path, lock: Path) -> None:
    print(f"Installing {lock.name} (once; a minute or two) ...", flush=True)
    pip = [str(_python(venv)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "--require-hashes", "-r", str(lock)], check=False)
    if done.returncode:
        raise InstallError(NOT_INSTALLED.format(lock=lock.name))


def _version_of(venv: Path) -> str:
    """Ask the environment's Python for its version; "" when it does not run."""
    ask = [str(_python(venv)), "-c", "import pip, sys; print('{}.{}'.format(*sys.version_info))"]
    try:
        return subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def _python(venv: Path) -> Path:
    return venv / "bin" / "python"


def _stamp(venv: Path, lock: Path) -> Path:
    return venv / f".{lock.name}.installed"


def _is_installed(venv: Path, lock: Path) -> bool:
    stamp = _stamp(venv, lock)
    return stamp.is_file() and stamp.read_text() == _digest(lock)


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lock", nargs="+", help="requirements file with hashes")
    names = parser.parse_args().lock
    try:
        install([ROOT / name for name in names])
    except InstallError as sentence:
        sys.exit(str(sentence))


if __name__ == "__main__":
    main()
