from media.decoding import reasons


def test_every_name_has_its_reason():
    names = {
        value for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str)
    }
    assert names == set(reasons.REASONS)


def test_every_reason_says_in_a_sentence_what_to_do():
    for reason in reasons.REASONS.values():
        assert reason.sentence.endswith(".")
        assert reason.sentence[0].isupper()
        assert len(reason.code) <= 40  # the column holds so many
        words = reason.sentence.lower()
        assert any(verb in words for verb in ("send", "ask", "retry", "treat", "look"))


def test_a_reason_of_ours_can_be_retried():
    for reason in reasons.REASONS.values():
        assert reason.is_our_fault == ("retry" in reason.sentence.lower())
