"""What a claim's answer shows beside its row, gathered for many claims in few queries."""

from collections.abc import Iterable
from dataclasses import dataclass

from claims import alarms, chain, reuse, reviews, searches, verdicts
from claims.alarms import Alarm
from claims.dates import Bracket
from claims.models import Claim, Verdict
from claims.reuse import Reuse
from claims.searches import Tally


@dataclass(frozen=True)
class Paper:
    """One claim with what is computed about it."""

    claim: Claim
    alarms: list[Alarm]
    reuse: Reuse
    date_bracket: Bracket
    attribution: str
    tried: Tally
    disclosure: str | None
    verdict: Verdict | None


def of_many(claims: Iterable[Claim]) -> list[Paper]:
    """Gather for a list: a constant number of queries. The claims come from `with_papers`.

    A caveat not written yet is None here; `of` proposes one.
    """
    claims = list(claims)
    alarmed, reused = alarms.alarms_of_many(claims), reuse.reuse_of(claims)
    brackets, tried = alarms.brackets_of_many(claims), searches.tallies(claims)
    papers = []
    for claim in claims:
        verdict = next(iter(claim.verdicts.all()), None)
        papers.append(
            Paper(
                claim,
                alarmed[claim.pk],
                reused[claim.pk],
                brackets[claim.pk],
                chain.sentence_of(claim),
                tried[claim.pk],
                verdict.disclosure if verdict else None,
                verdict,
            )
        )
    return papers


def of(claim: Claim) -> Paper:
    """Gather for one claim, with the caveat it would get now if none was written.

    While two people answer a hard claim apart, none is proposed: it would tell what one answered.
    """
    (paper,) = of_many([claim])
    if paper.disclosure is not None or reviews.is_blind(claim):
        return paper
    return Paper(**{**vars(paper), "disclosure": verdicts.proposed_disclosure(claim)})
