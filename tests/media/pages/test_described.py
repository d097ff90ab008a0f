from media.pages.described import describe, describe_both


def rows(item, **options):
    groups = describe(item, with_sensitive=options.get("with_sensitive", True))
    return {fact.label: fact for _, facts in groups for fact in facts}


def test_every_question_asked_of_a_still_has_an_answer(make_item):
    found = rows(make_item(facts={"format": "JPEG"}))
    for label in ("Captured", "Position", "Camera", "Serial number", "Software", "Author"):
        assert found[label].value == "not in the file"
        assert found[label].is_absent
    assert found["Picture"].value == "640 × 427 px"
    assert "Length" not in found


def test_footage_has_its_length_rate_and_sound(make_item):
    found = rows(
        make_item(
            kind="footage", duration_ms=3_723_045, frame_rate=29.97, facts={"audio_codec": "aac"}
        )
    )
    assert found["Length"].value == "1:02:03.045"
    assert found["Frame rate"].value == "29.97 frames/s"
    assert found["Sound"].value == "aac"
    silent = rows(make_item(kind="footage", facts={"codec": "h264"}))
    assert silent["Sound"].value == "no sound"
    assert silent["Length"].value == "not known"


def test_values_are_written_for_people(make_item):
    found = rows(
        make_item(
            size_bytes=2_000_000,
            facts={
                "orientation": 6, "gps_lat": 48.5, "gps_lon": -37.123456789,
                "camera_make": "Canon", "camera_model": "EOS 5D", "has_transparency": False,
                "duration_declared_ms": 1500, "notes": ["one", "two"],
            },
        )
    )  # fmt: skip
    assert found["Orientation"].value == "turned 90° (6)"
    assert found["Position"].value == "48.500000 -37.123457"
    assert found["Camera"].value == "Canon EOS 5D"
    assert found["Transparency"].value == "no"
    assert found["Notes"].value == "one; two"
    assert found["Size"].value == "1.9\xa0MB (2,000,000 bytes)"


def test_what_points_at_a_person_is_withheld_everywhere(make_item):
    facts = {
        "gps_lat": 1.5, "gps_lon": 2.5, "gps_altitude_m": 3.5, "gps_at": "2023",
        "artist": "Jane", "serial_number": "S9", "description": "Jane's flat",
    }  # fmt: skip
    item = make_item(facts=facts, size_bytes=10)
    withheld = rows(item, with_sensitive=False)
    said = " ".join(fact.value for fact in withheld.values())
    assert not [value for value in ("1.5", "3.5", "Jane", "S9", "2023") if value in said]
    assert withheld["Position"].value == "shown to fact-checkers only"
    assert rows(make_item(facts={"format": "PNG"}), with_sensitive=False)["Position"].value == (
        "not in the file"
    )


def test_both_sides_share_their_rows(make_item):
    this = make_item(size_bytes=10, facts={"camera_make": "Canon", "lens": "50 mm"})
    other = make_item(size_bytes=10, facts={"format": "JPEG"})
    found = {row.label: row for row in describe_both(this, other, with_sensitive=True)}
    assert found["Camera"].differs
    assert not found["Size"].differs
    assert (found["Lens"].this.value, found["Lens"].other.value) == ("50 mm", "—")
    assert found["Format"].this.is_absent
