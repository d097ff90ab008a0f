"""The lists of words a statement may begin with."""

from claims.first_words import ALWAYS_SMALL, NAMES, SMALL_NOUNS


def test_no_word_is_both_small_and_a_name():
    small = ALWAYS_SMALL | SMALL_NOUNS
    assert not small & {name.lower() for name in NAMES}
    assert not ALWAYS_SMALL & SMALL_NOUNS


def test_small_words_are_small_and_names_are_not():
    assert all(word.islower() for word in ALWAYS_SMALL | SMALL_NOUNS)
    assert all(name[0].isupper() for name in NAMES)
