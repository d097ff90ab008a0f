"""Load the demo through the same jobs as real data. Each step looks before it writes."""

import secrets
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.utils import timezone

from claims import (
    appearances,
    asking,
    attachments,
    chain,
    checklists,
    dateproofs,
    intake,
    links,
    publishing,
    queue,
    searches,
    sources,
    verdicts,
)
from claims.models import Claim, Source, Step
from claims.roles import Role
from claims.states import State
from media import decisions, ingest, tasks
from media.models import Item, Job, Match, Submission
from verify.demo import footage, story

SIGN_INS_FILE = "demo-sign-ins.txt"
WORDS = ["amber", "basin", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "lagoon"]


def load(say: Callable[[str], None]) -> None:
    """Make people, send files, work off their jobs, enter claims and some history.

    Run again it adds nothing; killed half-way it goes on where it stopped.
    """
    people = make_people()
    say("people: " + ", ".join(people))
    items = send_files(people)
    say(f"files: {len(items)} items sent, now looking at them")
    work_off_jobs(say)
    enter_claims(people, items)
    gather(people)
    make_history(people, items)
    say(f"claims: {Claim.objects.count()} in the desk")


# --- People -------------------------------------------------------------------------------------
def make_people() -> dict[str, User]:
    """Make the demo's people; their pass phrases are made once and kept in the data folder."""
    people, new = {}, []
    for name, role, full_name in story.PEOPLE:
        person, is_new = User.objects.get_or_create(username=name)
        if is_new:
            words = "-".join(secrets.choice(WORDS) for _ in range(3))
            phrase = f"{words}-{secrets.randbelow(9000) + 1000}"
            person.first_name, _, person.last_name = full_name.partition(" ")
            person.is_staff = role == Role.ADMINISTRATOR
            person.set_password(phrase)
            person.save()
            person.groups.set([Group.objects.get(name=role)])
            new.append((name, role, phrase))
        people[name] = person
    _keep_sign_ins(new)
    return people


def _keep_sign_ins(new: list[tuple[str, str, str]]) -> None:
    path = Path(settings.DATA_DIR) / SIGN_INS_FILE
    with path.open("a") as kept:
        path.chmod(0o600)
        for name, role, phrase in new:
            if name in story.SIGN_INS:
                kept.write(f"{Role(role).label:14} {name:12} {phrase}\n")


def sign_ins() -> str:
    """Give the kept sign-ins, a line each, or nothing where the demo was never loaded."""
    path = Path(settings.DATA_DIR) / SIGN_INS_FILE
    return path.read_text() if path.exists() else ""


# --- Files --------------------------------------------------------------------------------------
def send_files(people: dict[str, User]) -> dict[str, Item]:
    """Send each file once, as its sender would; returns file name → item."""
    wanted = [
        footage.ARCHIVE,
        *footage.STOCK,
        footage.ROAD_THEN,
        footage.NEW_CUT,
        footage.STILL_OF_CUT,
        footage.ROAD_NOW,
        footage.SAME_BYTES,
        footage.COLLAGE,
        footage.DARK,
    ]
    items = _sent(wanted, people)
    if len(items) == len(wanted):
        return items
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
        paths = footage.make_files(Path(folder))
        for demo in wanted:
            if demo.name in items:
                continue
            with paths[demo.name].open("rb") as file:
                sender = people[demo.sender]
                accepted = ingest.accept_upload(
                    file, by=sender, door="command", file_name=demo.name, **demo.story
                )
            items[demo.name] = accepted.item
    return items


def _sent(wanted: list[footage.DemoFile], people: dict[str, User]) -> dict[str, Item]:
    sent = Submission.objects.filter(door="command").select_related("item", "by")
    by_name = {(one.file_name, one.by.username): one.item for one in sent}
    keys = {demo.name: (demo.name, demo.sender) for demo in wanted}
    return {name: by_name[key] for name, key in keys.items() if key in by_name}


def work_off_jobs(say: Callable[[str], None]) -> None:
    """Run waiting jobs here, by the same task the worker runs; previews are left to the worker."""
    seen: set[int] = set()
    waiting = Job.objects.filter(state=Job.State.PENDING).exclude(kind=Job.Kind.PREVIEW)
    while job := waiting.exclude(pk__in=seen).first():
        seen.add(job.pk)
        tasks.run_job(job.pk)
        say(f"  {job.get_kind_display()}: {job.item}")


# --- Claims -------------------------------------------------------------------------------------
def enter_claims(people: dict[str, User], items: dict[str, Item]) -> None:
    """Enter the article's eleven claims and attach their media."""
    for index, one in enumerate(story.STORIES):
        claim = _enter(one, people)
        if claim is None:
            continue
        if index == 0:
            intake.change_claim(
                claim,
                people["alice"],
                claim.version,
                due_at=timezone.now() + timedelta(minutes=40),
                due_reason="18:30 bulletin",
                priority_reasons=["reach", "publish_slot"],
            )
            for name in (footage.NEW_CUT, footage.STILL_OF_CUT, footage.COLLAGE):
                attachments.attach(claim, items[name.name], people["alice"])
        if "routes into Bakhmut" in one.statement:
            attachments.attach(claim, items[footage.ROAD_NOW.name], people["alice"])
        if "offensive before the anniversary" in one.statement:
            attachments.attach(claim, items[footage.DARK.name], people["alice"], role="illustrates")


def gather(people: dict[str, User]) -> None:
    """Write what is known about the article's claims: chains, dates, the ledger, links.

    Claims that people work on, or that hold a chain already, are left as they are.
    """
    alice = people["alice"]
    for index, one in enumerate(story.STORIES):
        claim = _fresh(one.statement)
        if claim is None or claim.attributions.exists():
            continue
        if index == 0:
            _gather_about_the_footage(claim, alice)
        for place, kind, other, note in story.LINKS:
            whole = Claim.objects.get(statement=story.STORIES[other].statement)
            if place == index and not claim.links.exists():
                links.add(claim, alice, other=whole, kind=kind, note=note)
        _write_chain(claim, one, people)


def _write_chain(claim: Claim, one: story.Story, people: dict[str, User]) -> None:
    """The agency, whoever is unnamed in between, and who says it, from the outside in."""
    alice = people["alice"]
    note = "The article is archived."
    agency = _source(story.AGENCY, people)
    chain.add(claim, alice, source=agency, verb="reports", verdict="confirmed", note=note)
    if one.between:
        chain.add(claim, alice, source=None, verb=one.between)
    source = None if one.claimant is story.UNNAMED else claim.claimant
    chain.add(claim, alice, source=source, verb=one.verb, verdict=one.said_so)


def _gather_about_the_footage(claim: Claim, by: User) -> None:
    now = timezone.now()
    for seen in story.APPEARANCES:
        appearances.add(claim, by, **seen)
    for proof in story.DATE_PROOFS:
        dateproofs.add(claim, by, **proof)
    for hours, tool, query in story.SEARCHES:
        at = now - timedelta(hours=hours)
        searches.add(claim, by, tool=tool, query=query, hits=0, at=at)
    for one in claim.attachments.all():
        attachments.judge(one, by, people_at_risk=story.AT_RISK)


def _enter(one: story.Story, people: dict[str, User], by: str = "wire-intake") -> Claim | None:
    """Enter a claim, or nothing where it is already here."""
    if Claim.objects.filter(statement=one.statement).exists():
        return None
    return intake.create_claim(
        people[by], statement=one.statement, claimant=_source(one.claimant, people), **one.fields
    )


def _source(speaker: story.Speaker, people: dict[str, User]) -> Source:
    source = sources.find_or_create(speaker.name, speaker.platform, speaker.handle)
    if not source.grades.exists():
        source.kind, source.is_party_to_conflict = speaker.kind, speaker.is_party
        source.save(update_fields=["kind", "is_party_to_conflict"])
        sources.grade(source, people["alice"], speaker.reliability, speaker.reason)
    return source


# --- History ------------------------------------------------------------------------------------
def make_history(people: dict[str, User], items: dict[str, Item]) -> None:
    """Show each state once: published, decided, waiting, in review, a rejected look-alike."""
    alice, bob, dana = people["alice"], people["bob"], people["dana"]
    _reject_look_alike(bob, items)
    if (old := _enter(story.OLD_STORY, people, "archive")) is not None:
        attachments.attach(old, items[footage.ARCHIVE.name], people["alice"])
    if old := _fresh(story.OLD_STORY.statement):
        _check_and_decide(old, alice, "unverified", "Nothing on the road shows a convoy.")
        publishing.publish(old, dana)
    if claim := _fresh(story.STORIES[2].statement):
        _check_and_decide(claim, bob, "unverifiable", "A denial without a figure to check.")
    if claim := _fresh(story.STORIES[3].statement):
        queue.take(claim, alice)
        question = "Did Arakhamia say this on the record, and where is the post?"
        asking.ask(claim, alice, question, "Desk Kyiv")
    if claim := _fresh(story.STORIES[9].statement):
        why = "Whose guns threaten whose routes? The text may have slipped."
        intake.change_claim(claim, bob, claim.version, is_hard=True, hard_reason=why)
        queue.take(claim, bob)


def _fresh(statement: str) -> Claim | None:
    """The claim, if nobody has worked on it yet."""
    return Claim.objects.filter(statement=statement, state=State.OPEN, assignee=None).first()


def _reject_look_alike(bob: User, items: dict[str, Item]) -> None:
    pair = Match.objects.undecided().of(items[footage.ROAD_NOW.name])
    for match in pair.of(items[footage.ROAD_THEN.name]):
        note = "Same stretch of road weeks apart: no vehicle in January."
        decisions.reject(match, bob, "same_place", note)


def _check_and_decide(claim: Claim, by: User, rating: str, summary: str) -> None:
    """Answer the required steps, decide the matches away as override, record the verdict."""
    queue.take(claim, by)
    claim.refresh_from_db()
    for checklist in claim.checklists.all():
        for step in checklist.steps.filter(is_required=True, answer=None):
            _answer(step, by)
    reason = "" if not checklists.missing(claim) else "Matches are with a later claim."
    verdicts.decide(claim, by, rating, summary, override_reason=reason)


def _answer(step: Step, by: User) -> None:
    if step.pillar == Step.Pillar.SOURCE:
        evidence = [{"kind": "note", "value": "The post is kept in the archive import."}]
        checklists.answer(
            step, by, "confirmed", method="archive", confidence="moderate", evidence=evidence
        )
    else:
        checklists.answer(
            step, by, "inconclusive", method="searches", reason="Nothing found to settle it."
        )
