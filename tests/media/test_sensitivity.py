from media import custody, sensitivity


def test_marking_writes_the_item_and_its_chain_once(make_item, alice):
    item = make_item()
    assert sensitivity.mark(item, "graphic", by=alice)
    assert not sensitivity.mark(item, "graphic", by=alice)
    item.refresh_from_db()
    assert item.sensitivity == "graphic"
    entry = item.custody.get()
    assert (entry.action, entry.by) == ("marked_sensitivity", alice)
    assert custody.body_of(entry) == {"sensitivity": "graphic"}
