"""What an answer rests on: check and tidy evidence before it is kept."""

import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from claims.errors import InvalidValue
from claims.models import Evidence
from media.models import Item, Match

MAX_PIECES = 50  # per answer
_MAX_VALUE = 2000  # characters; the column's width
_MAX_NOTE = 5000


def clean(pieces: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """Tidy a list of {kind, value, note} and refuse what cannot be evidence.

    An item or a match is named by its id and has to exist; an address starts with http.
    Raises InvalidValue for the field "evidence".
    """
    if isinstance(pieces, str | dict):
        raise _refused("Send a list of {kind, value, note}.")
    found = [_piece(piece) for piece in pieces]
    if len(found) > MAX_PIECES:
        raise _refused(f"At most {MAX_PIECES} pieces of evidence stand behind one answer.")
    return found


def _piece(piece: Any) -> dict[str, str]:
    if not isinstance(piece, dict) or (unknown := piece.keys() - {"kind", "value", "note"}):
        extra = f" without {', '.join(sorted(unknown))}" if isinstance(piece, dict) else ""
        raise _refused(f"Each piece of evidence is {{kind, value, note}}{extra}.")
    kind, value, note = (_text(piece.get(name)) for name in ("kind", "value", "note"))
    if kind not in Evidence.Kind.values:
        raise _refused(f"“{kind}” is no kind. Use one of: {', '.join(Evidence.Kind.values)}.")
    if kind == Evidence.Kind.NOTE and not value:
        value, note = note, ""
    if not value:
        raise _refused(f"The {kind} is empty: its value says what shows it.")
    if len(value) > _MAX_VALUE or len(note) > _MAX_NOTE:
        raise _refused(f"A value has at most {_MAX_VALUE} characters, a note {_MAX_NOTE}.")
    if kind == Evidence.Kind.ADDRESS:
        _check_address(value)
    elif kind == Evidence.Kind.ITEM:
        value = _known(Item, value, "item")
    elif kind == Evidence.Kind.MATCH:
        value = _known(Match, value, "match")
    return {"kind": kind, "value": value, "note": note}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _refused("Kind, value and note are text.")
    if "\0" in value:
        raise _refused("Text cannot hold a null character.")
    return value.strip()


def _check_address(value: str) -> None:
    """Only web addresses: they are shown as links. Nothing is fetched."""
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    has_space = any(mark.isspace() for mark in value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or has_space:
        raise _refused(f"“{value[:80]}” is not an address. It starts with https:// or http://.")


def _known(model: Any, value: str, what: str) -> str:
    try:
        key = uuid.UUID(value)
    except ValueError:
        raise _refused(f"“{value[:80]}” is no id of an {what}.".replace("an m", "a m")) from None
    if not model.objects.filter(uuid=key).exists():
        raise _refused(f"There is no {what} {key}.")
    return str(key)


def _refused(message: str) -> InvalidValue:
    return InvalidValue(message, "evidence")
