from media.models import DoorReport, FeatureChange
from verify.admin_overview import environment


def test_the_first_page_counts_what_failed_and_what_waits(make_item, erin, client_of):
    make_item(state="undecodable", reason_code="corrupt")
    response = client_of(erin).get("/admin/")
    counts = {one["label"]: one["count"] for one in response.context["overview"]}
    assert counts["Items that cannot be decoded"] == 1
    assert counts["Failed jobs"] == 0
    for one in response.context["overview"]:
        assert client_of(erin).get(one["link"]).status_code == 200


def test_the_first_page_says_how_the_doors_of_the_search_stand(make_item, erin, client_of):
    FeatureChange.objects.create(item=make_item(), key="derivatives/a", written_by=0)
    FeatureChange.objects.create(item=make_item(), key="derivatives/b", written_by=0)
    DoorReport.objects.create(door="votes", is_open=False, why="It is behind.", unreadable=[7])
    response = client_of(erin).get("/admin/")
    counts = {one["label"]: one["count"] for one in response.context["overview"]}
    assert counts["Doors of the search that are closed"] == 1
    assert counts["Items the index of votes is behind by"] == 1
    assert counts["Items the index of votes cannot read"] == 1


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
