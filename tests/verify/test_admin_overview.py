from verify.admin_overview import environment


def test_the_first_page_counts_what_failed_and_what_waits(make_item, erin, client_of):
    make_item(state="undecodable", reason_code="corrupt")
    response = client_of(erin).get("/admin/")
    counts = {one["label"]: one["count"] for one in response.context["overview"]}
    assert counts["Items that cannot be decoded"] == 1
    assert counts["Failed jobs"] == 0
    for one in response.context["overview"]:
        assert client_of(erin).get(one["link"]).status_code == 200


def test_every_line_of_the_menu_leads_somewhere(erin, client_of):
    browser = client_of(erin)
    groups = browser.get("/admin/").context["sidebar_navigation"]
    links = [entry["link"] for group in groups for entry in group["items"]]
    assert len(links) == 11
    for link in links:
        assert browser.get(link).status_code == 200


def test_the_corner_says_which_way_this_runs(settings):
    settings.IS_EMBEDDED = True
    assert environment(None)[0] == "One machine"
    settings.IS_EMBEDDED = False
    assert environment(None)[0] == "Production"
