"""The installer, against a small package made here; no network."""

import hashlib
import subprocess
import sys
import zipfile

import pytest

from verify import install
from verify.install import InstallError


def _wheel(folder, version):
    """Write a wheel of one module by hand: name, metadata, record."""
    path = folder / f"tinything-{version}-py3-none-any.whl"
    info = f"tinything-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("tinything.py", f"VERSION = {version!r}\n")
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tinything\nVersion: {version}\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def lock(tmp_path, monkeypatch):
    """lock("1.0") writes a lock of that version; packages come from a folder alone."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")

    def write(version, digest=None):
        wheel = _wheel(tmp_path, version)
        digest = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
        path = tmp_path / "requirements.txt"
        path.write_text(f"tinything=={version} --hash=sha256:{digest}\n")
        return path

    return write


@pytest.fixture(scope="session")
def made_venv(tmp_path_factory):
    """An empty environment, made once; tests copy nothing, each takes its own stamp."""
    folder = tmp_path_factory.mktemp("venv") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return folder


@pytest.fixture
def venv(made_venv):
    for stamp in made_venv.glob(".*.installed"):
        stamp.unlink()
    return made_venv


def installed(venv):
    ask = [venv / "bin" / "python", "-c", "import tinything; print(tinything.VERSION)"]
    return subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()


def test_a_lock_is_installed_once_and_again_when_it_changes(lock, venv, monkeypatch):
    first = lock("1.0")
    install.install([first], venv)
    assert installed(venv) == "1.0"

    with monkeypatch.context() as unchanged:
        unchanged.setattr(install, "_pip_install", lambda *_: pytest.fail("asked pip again"))
        install.install([first], venv)

    install.install([lock("2.0")], venv)
    assert installed(venv) == "2.0"


def test_a_package_with_another_hash_is_refused(lock, venv, capfd):
    with pytest.raises(InstallError, match=r"requirements\.txt could not be installed"):
        install.install([lock("3.0", digest="0" * 64)], venv)
    assert "hash" in capfd.readouterr().err.lower()
    assert not list(venv.glob(".*.installed"))


def test_no_network_at_the_first_start_is_a_sentence(lock, venv):
    path = lock("4.0")
    (path.parent / "tinything-4.0-py3-none-any.whl").unlink()
    with pytest.raises(InstallError, match="needs the network"):
        install.install([path], venv)


def test_an_environment_is_made_where_none_is(lock, tmp_path, capsys):
    venv = tmp_path / "new"
    install.install([lock("1.0")], venv)
    assert installed(venv) == "1.0"
    assert "Making a virtual environment" in capsys.readouterr().out


def test_a_python_that_cannot_make_environments_is_told_what_to_install(
    lock, tmp_path, monkeypatch
):
    find = install.importlib.util.find_spec
    monkeypatch.setattr(
        install.importlib.util, "find_spec", lambda name: name != "ensurepip" and find(name)
    )
    with pytest.raises(InstallError, match="apt-get install python3-venv"):
        install.install([lock("1.0")], tmp_path / "new")


def test_a_folder_that_cannot_be_written_is_named(lock, tmp_path):
    (tmp_path / "file").write_text("in the way")
    venv = tmp_path / "file" / ".venv"
    with pytest.raises(InstallError, match=r"\.venv cannot be written"):
        install.install([lock("1.0")], venv)
