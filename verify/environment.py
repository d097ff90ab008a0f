"""Read one variable of the environment, or refuse to start with a sentence that says why.

A variable set to nothing counts as unset. NAME_FILE=/run/secrets/x is read where it is given, its
surrounding white space removed. Settings alone call this.
"""

import re
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

_env = environ.FileAwareEnv()
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}
_RATE = re.compile(r"[1-9][0-9]*/(s|sec|second|m|min|minute|h|hour|d|day)")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def text(name: str, default: str = "") -> str:
    """Take the variable, or the file that NAME_FILE names."""
    try:
        return _env.str(name, default="").strip() or default
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}.") from error


def whole(name: str, default: int, lowest: int = 1, highest: int | None = None) -> int:
    """Take a whole number between two bounds, both included."""
    said = text(name, str(default))
    bounds = f"from {lowest} to {highest}" if highest else f"of at least {lowest}"
    if not re.fullmatch(r"[0-9]{1,18}", said) or not (
        lowest <= int(said) <= (highest or int(said))
    ):
        raise ImproperlyConfigured(f"{name} must be a whole number {bounds}, not {said!r}.")
    return int(said)


def flag(name: str, default: bool) -> bool:
    """Take a yes or a no."""
    said = text(name, "1" if default else "0").lower()
    if said not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f"{name} must be 1 or 0 (or true, false), not {said!r}.")
    return said in _TRUE


def names(name: str, default: list[str]) -> list[str]:
    """Take a list separated by commas."""
    return [part for part in re.split(r"[,\s]+", text(name)) if part] or default


def rate(name: str, default: str) -> str:
    """Take a pace such as 6000/min."""
    said = text(name, default)
    if not _RATE.fullmatch(said):
        raise ImproperlyConfigured(f"{name} must look like 100/s or 6000/min, not {said!r}.")
    return said


def log_level(name: str, default: str) -> str:
    """Take one of the levels of Python's logging."""
    said = text(name, default).upper()
    if said not in LOG_LEVELS:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(LOG_LEVELS)}, not {said!r}.")
    return said


def address(name: str, schemes: tuple[str, ...]) -> str:
    """Take a URL with one of these schemes and a host; "" when unset. Never repeats its value.

    The value may hold a password, so the sentence only says what it should look like.
    """
    said = text(name)
    if not said:
        return ""
    form = f"{name} must be {' or '.join(f'{scheme}://host' for scheme in schemes)}"
    try:
        parts = urlsplit(said)
        is_fine = parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a port that is no number
        is_fine = False
    if not is_fine:
        raise ImproperlyConfigured(f"{form}, with its port and name where needed.")
    return said


def database(name: str) -> dict:
    """Read a PostgreSQL address into Django's form; {} when unset."""
    said = text(name)
    form = f"{name} must be postgres://user:password@host:port/name."
    if not said:
        return {}
    try:
        parts = urlsplit(said)
        is_fine = parts.scheme in {"postgres", "postgresql"} and len(parts.path) > 1
        config = _env.db_url_config(said) if is_fine else {}
    except ValueError as error:
        raise ImproperlyConfigured(form) from error
    if not config:
        raise ImproperlyConfigured(form)
    return config
