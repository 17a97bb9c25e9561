"""A campaign manager's day: sign in, look, decide, see it counted, take the report."""

import re
from contextlib import contextmanager
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe

from analytics_pipeline_tests.browser.conftest import DAYS, PASSWORD

CAMPAIGN = "501"
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
_SERIOUS = {"serious", "critical"}


@contextmanager
def _signed_in(chromium, house, role="reviewer", **how):
    """Give a page whose person has signed in; complaints of the browser fail it."""
    context = chromium.new_context(base_url=house.url, **{"viewport": WIDE} | how)
    page = context.new_page()
    complaints = []
    page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/analytics")
    page.fill("[name=user_name]", role)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/analytics")
    yield page
    context.close()
    assert complaints == []


def _drawn(page):
    """Wait until the charts of a page stand there."""
    for place in page.locator(".chart").all():
        place.locator(".main-svg").first.wait_for()


def _serious_faults(page):
    found = Axe().run(page).response["violations"]
    return [
        (fault["id"], node["target"], node.get("failureSummary"))
        for fault in found
        if fault["impact"] in _SERIOUS
        for node in fault["nodes"]
    ]


def _paths(house):
    """Give an address of every kind of page."""
    (post,) = house.agency.rows(
        "SELECT platform, post_id, creator_id FROM hashtag_post_metrics"
        " WHERE campaign_id = :id AND match_level = 'full'"
        " ORDER BY like_count DESC NULLS LAST, post_id LIMIT 1",
        id=CAMPAIGN,
    )
    return {
        "campaigns": "/analytics",
        "campaign": f"/analytics/campaigns/{CAMPAIGN}",
        "creators": "/analytics/creators",
        "creator": f"/analytics/creators/{post['creator_id']}",
        "month": (
            f"/analytics/creators/{post['creator_id']}/months/{post['platform']}"
            "/2026-03-01"
        ),
        "post": f"/analytics/posts/{post['platform']}/{post['post_id']}",
        "review": "/analytics/review",
        "health": "/analytics/health",
    }


def test_a_near_miss_that_is_confirmed_counts_from_the_next_run_on(
    chromium, house, pictures, monkeypatch
):
    monkeypatch.setenv("ANALYTICS_HOME", str(house.home))
    with _signed_in(chromium, house) as page:
        page.click(f"a[href$='/campaigns/{CAMPAIGN}'] >> nth=0")
        before = _posts_that_count(page)
        page.select_option("#posts select >> nth=0", index=1)
        page.wait_for_load_state()
        assert page.locator("#posts tbody tr").count() > 0
        page.click("#posts thead a >> nth=1")
        assert page.locator("#posts th[aria-sort]").count() == 1
        page.click("#posts tbody tr >> nth=0 >> th a >> nth=0")
        page.wait_for_url("**/analytics/posts/**")
        _drawn(page)
        page.screenshot(path=pictures / "walk-post.png", full_page=True)

        page.goto(f"/analytics/review?campaign_id={CAMPAIGN}")
        first = page.locator("article.candidate").first
        caption = first.locator("h3").inner_text()
        first.locator("[name=reason]").fill("the tag is misspelt, the post is ours")
        first.locator("button[value=confirmed]").click()
        page.wait_for_load_state()
        assert page.locator("#decided tbody tr").count() == 1
        assert caption not in page.locator("article.candidate h3").all_inner_texts()
        page.screenshot(path=pictures / "walk-decided.png", full_page=True)

        house.agency.load(DAYS[-1], DAYS[-1])
        page.goto(f"/analytics/campaigns/{CAMPAIGN}")
        assert _posts_that_count(page) == before + 1


def _posts_that_count(page):
    figure = page.locator("dl.figures .figure").first
    return int(re.sub(r"\D", "", figure.locator("dd.value").inner_text()))


@pytest.mark.parametrize("form", ["html", "xlsx", "csv", "json"])
def test_the_report_can_be_taken_along(chromium, house, pictures, form):
    with _signed_in(chromium, house, "viewer", accept_downloads=True) as page:
        page.goto(f"/analytics/campaigns/{CAMPAIGN}")
        with page.expect_download() as download:
            page.click(f"a[href*='report.{form}']")
        target = pictures / download.value.suggested_filename
        download.value.save_as(target)

    assert target.suffix == f".{form}"
    assert target.stat().st_size > 1000
    if form == "html":
        with _printed(chromium, target) as page:
            assert page.locator("h1").count() == 1
            assert _serious_faults(page) == []
            page.screenshot(path=pictures / "report.png", full_page=True)
            page.pdf(path=pictures / "report.pdf")


@contextmanager
def _printed(chromium, file):
    context = chromium.new_context(viewport=WIDE, offline=True)
    page = context.new_page()
    complaints = []
    page.on("console", lambda said: complaints.append(said.text))
    page.goto(file.as_uri())
    yield page
    context.close()
    assert complaints == []


@pytest.mark.parametrize(
    "shown", list(product(("wide", "phone"), ("light", "dark"), ("en", "cs"))), ids=str
)
def test_every_page_is_accessible_and_fits(chromium, house, pictures, shown):
    size, scheme, locale = shown
    how = {
        "viewport": WIDE if size == "wide" else PHONE,
        "color_scheme": scheme,
        "locale": locale,
    }
    faults = {}
    with _signed_in(chromium, house, **how) as page:
        for name, path in _paths(house).items():
            page.goto(path)
            _drawn(page)
            page.screenshot(
                path=pictures / f"{name}-{size}-{scheme}-{locale}.png", full_page=True
            )
            if found := _serious_faults(page):
                faults[name] = found
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= how["viewport"]["width"], f"{name} is too wide"
            assert page.locator("html").get_attribute("lang") == locale
    assert faults == {}


def test_the_page_can_be_used_from_the_keyboard(chromium, house):
    with _signed_in(chromium, house) as page:
        page.goto(f"/analytics/campaigns/{CAMPAIGN}")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_a_viewer_is_not_offered_a_reviewers_work(chromium, house):
    with _signed_in(chromium, house, "viewer") as page:
        assert page.locator("nav a[href$='/review']").count() == 0
        assert page.request.get("/analytics/review").status == 403
