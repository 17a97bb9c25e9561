"""All files of a report say the same; texts of strangers stay texts."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date, datetime
from html.parser import HTMLParser

import openpyxl
import pytest

from analytics_pipeline.reports.csv_file import harmless
from analytics_pipeline.reports.files import (
    FileFormat,
    file_name,
    render,
    write_whole,
)
from analytics_pipeline.reports.html_file import PageOptions
from analytics_pipeline.reports.language import Language
from analytics_pipeline.reports.post_table import POST_COLUMNS
from analytics_pipeline.steps.report_files import remove_reports
from analytics_pipeline.transform.last_known import MEASURES
from analytics_pipeline_tests.unit.reports.world import LAST, NASTY, report

TIKTOK = "7612054724236216533"
_VOID = {"meta", "link", "br", "img", "input", "rect", "line", "circle", "polyline"}
_VOID |= {"polygon"}


class Page(HTMLParser):
    """A page's elements and texts, and whether they are well nested."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts, self.open = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def workbook(newest):
    content = render(newest, FileFormat.XLSX)
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.fixture(scope="module")
def rows(newest):
    text = render(newest, FileFormat.CSV).decode()
    return {row["post_id"]: row for row in csv.DictReader(io.StringIO(text))}


@pytest.fixture(scope="module")
def page(newest):
    return Page(render(newest, FileFormat.HTML).decode())


def cells(sheet):
    """Give a sheet's rows by their headings."""
    listed = list(sheet.iter_rows(values_only=True))
    top = next(i for i, row in enumerate(listed) if sum(map(bool, row)) > 1)
    return [dict(zip(listed[top], row, strict=True)) for row in listed[top + 1 :]]


def test_json_is_the_whole_report(newest):
    read = json.loads(render(newest, FileFormat.JSON))

    assert read["schema_version"] == 1
    assert read["day"] == "2026-03-06"
    assert read["made_at"] == "2026-03-07T05:00:00+00:00"
    totals = read["figures"]["totals"]
    assert totals["view_count"]["value"] == newest.figures.totals["view_count"].value
    assert totals["share_count"] == {
        "value": 0,
        "posts": 1,
        "older_posts": 0,
        "unknown": {"not_offered": 5},
    }
    post = next(it for it in read["posts"] if it["post_id"] == TIKTOK)
    assert post["post_caption"] == NASTY, "JSON is for programs: nothing is changed"
    assert len(read["days"]) == 5


def test_csv_has_every_post_and_unknown_is_empty(newest, rows):
    assert len(rows) == 9
    assert list(rows[TIKTOK]) == list(POST_COLUMNS)
    for post in newest.posts:
        for name in MEASURES:
            value = post.numbers[name]
            assert rows[post.post_id][name] == ("" if value is None else str(value))
    assert rows["steady"]["known_on"] == "view_count: 2026-03-03"
    assert rows["edited"]["match_level"] == "no longer"


def test_csv_formulas_are_texts(rows):
    assert rows[TIKTOK]["post_caption"] == f"'{NASTY}"
    assert rows[TIKTOK]["username"] == "'+petr"
    assert rows[TIKTOK]["post_url"] == ""
    assert rows["steady"]["post_caption"] == "Jaro #jaro #znacka"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
def test_what_begins_like_a_formula_gets_an_apostrophe(sign):
    assert harmless(f"{sign}1+1") == f"'{sign}1+1"
    assert harmless(f"a{sign}1") == f"a{sign}1"


def test_a_workbook_has_a_sheet_per_question(workbook):
    assert workbook.sheetnames == [
        "Summary",
        "Days",
        "Posts",
        "Creators",
        "Coverage",
        "Near misses",
        "About",
    ]
    assert all(sheet.freeze_panes for sheet in workbook)


def test_a_workbook_holds_no_formula_and_ids_are_texts(workbook):
    for sheet in workbook:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row), sheet.title
    post = next(row for row in cells(workbook["Posts"]) if row["Post id"] == TIKTOK)
    assert post["Text"] == NASTY
    assert post["Account"] == "+petr"
    assert post["Link"] is None


def test_a_workbooks_posts_are_the_reports(newest, workbook):
    read = {row["Post id"]: row for row in cells(workbook["Posts"])}

    assert len(read) == 9
    for post in newest.posts:
        row = read[post.post_id]
        assert row["Views"] == post.numbers["view_count"]
        assert row["Likes"] == post.numbers["like_count"]
        assert row["Shares"] == post.numbers["share_count"]
    steady = read["steady"]
    assert steady["Engagement by followers"] == 0.033
    assert steady["Published"] == datetime(2026, 3, 2, 23, 30)  # noqa: DTZ001 - Prague
    links = [cell.hyperlink for cell in workbook["Posts"]["C"] if cell.hyperlink]
    assert len(links) == 8
    assert all(link.target.startswith("https://") for link in links)


def test_a_workbooks_summary_and_days_are_the_reports(newest, workbook):
    summary = {
        (row["Of"], row["Number"]): row["Last known"]
        for row in cells(workbook["Summary"])
    }
    days = cells(workbook["Days"])

    assert summary["Over both", "Posts"] == 6
    assert summary["Over both", "Views"] == newest.figures.totals["view_count"].value
    assert summary["TikTok", "Shares"] == 0
    assert summary["Instagram", "Shares"] is None
    both = [row for row in days if row["Of"] == "Over both"]
    assert [row["Views, last known"] for row in both] == [
        day.totals.known["view_count"].value for day in newest.days
    ]
    assert both[2]["Views, observed"] is None


def test_the_page_is_one_file_without_script_that_asks_nobody(page):
    assert "script" not in page.tags
    assert not {"link", "img", "iframe", "object", "form"} & set(page.tags)
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    fetched = [value for _, name, value in page.attributes if name in {"src", "srcset"}]
    assert fetched == []
    assert "url(" not in page.text
    assert "@import" not in page.text
    links = [value for _, name, value in page.attributes if name == "href"]
    assert all(link.startswith(("#", "https://www.instagram.com/")) for link in links)


def test_the_page_is_well_formed_and_each_id_stands_once(page):
    assert page.open == []
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = {v[1:] for _, n, v in page.attributes if n == "href" and v[0] == "#"}
    assert targets <= set(ids)


def test_what_strangers_wrote_is_escaped(page):
    assert "<b>Jaro</b> & =1+1" in page.text
    assert "<script>alert(1)</script>" in page.text, "as text, not as an element"
    assert not [v for _, n, v in page.attributes if v and v.startswith("javascript")]


def test_charts_are_told_to_those_who_do_not_see_them(page):
    drawn = [value for _, name, value in page.attributes if name == "aria-labelledby"]
    assert len(drawn) == 4
    assert "Views by day, from 2026-03-02 to 2026-03-06" in page.text


def test_the_page_has_the_reports_numbers(newest, page):
    views = newest.figures.totals["view_count"].value
    assert f"{views:,}" in page.text
    assert "4 older than 2026-03-06" in page.text
    assert "the platform does not offer it for this kind of post" in page.text
    assert "confirmed by eva" in page.text
    assert "too few posts" in page.text


def test_the_page_in_czech_has_no_english(newest):
    how = PageOptions(Language.CZECH, "Agentura & syn")
    czech = Page(render(newest, FileFormat.HTML, how).decode())

    assert ("html", "lang", "cs") in czech.attributes
    assert "Agentura & syn · Zpráva o kampani" in czech.text
    assert "1 000 306" in czech.text, "breaks of any kind were made spaces"
    for word in ("Views", "Likes", "Posts", "Creators", "Growth", "Coverage"):
        assert word not in czech.text


def test_the_same_report_gives_the_same_page_and_texts(newest):
    for form in (FileFormat.HTML, FileFormat.CSV, FileFormat.JSON):
        assert render(newest, form) == render(newest, form)


@pytest.mark.parametrize("form", list(FileFormat))
@pytest.mark.parametrize("language", list(Language))
def test_a_report_of_nothing_can_be_written(filled, form, language):
    empty = report(filled, day=date(2020, 1, 1))

    content = render(empty, form, PageOptions(language))

    assert content
    if form is FileFormat.HTML:
        assert re.search("Nothing was known|nic známo", Page(content.decode()).text)


def test_enormous_texts_and_links_are_cut_for_excel(newest):
    long = replace(
        newest.posts[0],
        post_caption="=" * 50_000,
        post_url="https://www.instagram.com/" + "a" * 3000,
    )

    content = render(replace(newest, posts=(long,)), FileFormat.XLSX)

    (row, *_) = cells(openpyxl.load_workbook(io.BytesIO(content))["Posts"])
    assert len(row["Text"]) == 16_000
    assert row["Link"].endswith("aaa")


def test_file_names_are_safe_whatever_a_campaigns_id_is(newest, filled):
    assert file_name(newest, FileFormat.XLSX) == "campaign-7-2026-03-06.xlsx"
    other = report(filled, "../8", LAST)
    assert file_name(other, FileFormat.HTML) == "campaign-..%2F8-2026-03-06.html"


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    file = tmp_path / "new" / "campaign-7-2026-03-06.html"
    write_whole(file, b"one")
    write_whole(file, b"two")

    assert file.read_bytes() == b"two"
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert file.stat().st_mode & 0o077 == 0
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "folder", b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "new"]


def test_the_reports_of_some_campaigns_are_taken_away(tmp_path):
    for name in (
        "2026-03-06/campaign-7-2026-03-06.html",
        "2026-03-05/campaign-7-2026-03-05.xlsx",
        "2026-03-05/.campaign-7-2026-03-05.xlsx.a1b2",
        "campaign-7-nothing-known.html",
        "2026-03-06/campaign-77-2026-03-06.html",
        "2026-03-06/campaign-7-1-2026-03-06.html",
        "2026-03-06/campaign-..%2F8-2026-03-06.html",
    ):
        write_whole(tmp_path / name, b"x")

    assert remove_reports(tmp_path, set()) == 0
    assert remove_reports(tmp_path, {"7", "../8"}) == 5
    left = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["campaign-7-1-2026-03-06.html", "campaign-77-2026-03-06.html"]
    assert remove_reports(tmp_path / "not there", {"7"}) == 0
