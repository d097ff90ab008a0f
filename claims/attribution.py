"""Who says that who said what, in one English sentence. No database here.

A chain runs from the outside in: the first link told it last, the last link asserts the statement
itself. "Did they say it" (a link's verdict) and "is it so" (the claim's) are two questions.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from claims.first_words import ALWAYS_SMALL, NAMES, SMALL_NOUNS

OPEN, CONFIRMED, CONTRADICTED, UNVERIFIED = "open", "confirmed", "contradicted", "unverified"
VERDICTS = (OPEN, CONFIRMED, CONTRADICTED, UNVERIFIED)

# Verb in the third person → (its plural, what is said where nobody is named). Any other verb is
# taken as written.
VERBS = {
    "says": ("say", "it is said"),
    "said": ("said", "it was said"),
    "reports": ("report", "it is reported"),
    "reported": ("reported", "it was reported"),
    "claims": ("claim", "it is claimed"),
    "claimed": ("claimed", "it was claimed"),
    "states": ("state", "it is stated"),
    "writes": ("write", "it is written"),
    "announces": ("announce", "it is announced"),
    "confirms": ("confirm", "it is confirmed"),
    "denies": ("deny", "it is denied"),
    "alleges": ("allege", "it is alleged"),
    "expects": ("expect", "it is expected"),
    "estimates": ("estimate", "it is estimated"),
    "suggests": ("suggest", "it is suggested"),
    "emerges": ("emerge", "it emerges"),
    "emerged": ("emerged", "it emerged"),
}
VERB = re.compile(r"[^\W\d_]+(?:[ '’-][^\W\d_]+){0,4}")  # one to five words without marks

_ARTICLE_OF_HEAD = {
    *("administration", "agency", "army", "assembly", "authority", "bank", "battalion", "board"),
    *("branch", "brigade", "bureau", "cabinet", "center", "centre", "command", "commission"),
    *("committee", "corps", "council", "court", "department", "directorate", "embassy", "forces"),
    *("fund", "government", "group", "guard", "headquarters", "institute", "mayor", "militia"),
    *("ministry", "mission", "movement", "navy", "office", "organisation", "organization"),
    *("parliament", "party", "police", "presidency", "regiment", "secretariat", "security"),
    *("service", "staff", "times", "union"),
}
_NEEDS_AN_OBJECT = {"confirms", "confirmed", "denies", "denied", "suggests", "expects", "alleges"}
_PLURAL_HEAD = {"forces", "authorities", "officials", "police", "troops", "residents"}
_NO_ARTICLE = re.compile(r"(?i)the |an? |[@#]")


@dataclass(frozen=True)
class Link:
    """One who tells. name: "" where the text names nobody. verb: third person, "says".

    kind: of the source: person, organisation, account or agency. verdict: whether they did say it.
    """

    name: str
    verb: str = "says"
    verdict: str = OPEN
    kind: str = "organisation"


def sentence(links: Sequence[Link], statement: str) -> str:
    """Say a chain and its statement in one sentence; just the statement where there is no chain.

    Where it cannot be known whether the statement's first word keeps its capital inside a
    sentence, the statement follows a colon, so that no name is ever written small.
    """
    statement = _without_stop(statement)
    if not links or not statement:
        return _closed(statement)
    told = " that ".join(_told(link) for link in links)
    inner = _inside(statement, [link.name for link in links])
    this = " this" if links[-1].verb in _NEEDS_AN_OBJECT else ""
    joined = f"{told} that {inner}" if inner else f"{told}{this}: {statement}"
    return _closed(_begun(joined))


def standing(links: Sequence[Link]) -> str:
    """Say link by link whether they did say it; "" where there is no chain."""
    return _closed(_begun("; ".join(_stands(link) for link in links)))


def is_verb(text: str) -> bool:
    """Can this stand between a name and "that"?"""
    return VERB.fullmatch(text) is not None


def who(link: Link) -> str:
    """Name a link inside a sentence: "the General Staff of Ukraine", "Davyd Arakhamia"."""
    name = " ".join(link.name.split())
    if not name:
        return "an unnamed source"
    if name.startswith(("The ", "A ", "An ")):
        return f"{name[0].lower()}{name[1:]}"
    return f"the {name}" if _takes_article(name, link.kind) else name


# --- Parts of the sentence ----
def _told(link: Link) -> str:
    plural, impersonal = VERBS.get(link.verb, (link.verb, ""))
    if not link.name.strip() and impersonal:
        return impersonal
    return f"{who(link)} {plural if _is_plural(link.name) else link.verb}"


def _stands(link: Link) -> str:
    if not link.name.strip():
        impersonal = VERBS.get(link.verb, ("", "somebody said so"))[1]
        return {
            OPEN: f"who is behind “{impersonal}” is open",
            CONFIRMED: f"that {impersonal} was confirmed, though nobody is named",
            CONTRADICTED: f"that {impersonal} was contradicted",
            UNVERIFIED: f"who is behind “{impersonal}” could not be established",
        }[link.verdict]
    name = who(link)
    return {
        OPEN: f"whether {name} did say it is open",
        CONFIRMED: f"{name} did say it",
        CONTRADICTED: f"{name} did not say it",
        UNVERIFIED: f"whether {name} said it could not be established",
    }[link.verdict]


def _head(name: str) -> str:
    """The noun a name turns on: "staff" of "General Staff of Ukraine"."""
    before = re.split(r" (?:of|for|in|at|on) ", name, maxsplit=1)[0]
    return before.split()[-1].lower() if before.split() else ""


def _takes_article(name: str, kind: str) -> bool:
    is_titled = kind in ("organisation", "agency", "account") and " " in name
    return is_titled and not _NO_ARTICLE.match(name) and _head(name) in _ARTICLE_OF_HEAD


def _is_plural(name: str) -> bool:
    return _head(name) in _PLURAL_HEAD


def _inside(statement: str, names: Sequence[str]) -> str:
    """The statement as it stands after "that"; "" where its first word may or may not be a name."""
    words = statement.split()
    first = words[0]
    bare = re.sub(r"[’']s?$|[,;:]$", "", first)
    is_before_name = len(words) > 1 and words[1][:1].isupper()
    if not first[0].isupper() or any(mark.isupper() for mark in first[1:]):
        return statement  # a number, a quotation, small already, or an acronym
    if bare.lower() in ALWAYS_SMALL or (bare.lower() in SMALL_NOUNS and not is_before_name):
        return f"{first[0].lower()}{statement[1:]}"
    known = {word for name in names for word in re.findall(r"\w+", name)}
    return statement if bare in NAMES or bare in known or bare in words[1:] else ""


def _without_stop(text: str) -> str:
    text = " ".join(text.split())
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text


def _begun(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}" if text and not text.startswith("@") else text


def _closed(text: str) -> str:
    return text if not text or text.endswith(("?", "!", "…", ".", ".”")) else f"{text}."
