"""The table of moves holds together."""

from claims.states import (
    CLOSED,
    DESK_MOVES,
    MOVES,
    PERMISSION_OF,
    REASON_NEEDED,
    VERBS,
    State,
    verbs_from,
    words,
)


def test_every_state_is_reached_from_the_first():
    reached, before = {State.OPEN}, set()
    while reached != before:
        before = set(reached)
        reached |= {to for (source, _), (to, _) in MOVES.items() if source in reached}
    assert reached == set(State)


def test_a_verb_needs_the_same_permission_from_every_state():
    for (_, verb), (_, permission) in MOVES.items():
        assert PERMISSION_OF[verb] == permission


def test_only_editors_verbs_lead_to_and_from_publication():
    for (source, verb), (target, permission) in MOVES.items():
        if State.PUBLISHED in (source, target):
            assert permission == "claims.publish_claim", verb


def test_verbs_are_named_by_state_in_the_tables_order():
    assert verbs_from(State.IN_REVIEW) == ["release", "ask", "set_aside", "decide", "withdraw"]
    assert verbs_from(State.WITHDRAWN) == []
    assert set(REASON_NEEDED) < set(VERBS)
    assert words("set_aside") == "set aside"


def test_the_desks_own_moves_are_nobodys_verbs_and_free_the_claim():
    assert not {verb for _, verb in DESK_MOVES} & set(VERBS)
    assert set(DESK_MOVES.values()) == {State.OPEN}
    assert State.OPEN not in CLOSED
