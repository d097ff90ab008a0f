from claims.models import Attachment
from claims.templatetags.claim_words import code_words


def test_every_code_has_words_of_its_own():
    words = [code_words(code) for code in Attachment.Authenticity.values]
    assert len(set(words)) == len(words)
    assert not any("Content" in one for one in words)


def test_a_code_nobody_knows_stays_as_it_is():
    assert code_words("NotYetInvented") == "NotYetInvented"
