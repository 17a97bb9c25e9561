"""Field expressions: what is read, and what is refused as a syntax error."""

import pytest

from analytics_pipeline.sandbox.graph.errors import GraphError
from analytics_pipeline.sandbox.graph.fields import Field, parse_fields


def names(fields):
    return [field.name for field in fields]


def test_plain_fields_come_in_the_order_asked():
    assert names(parse_fields("id,username, name")) == ["id", "username", "name"]


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_asked_gives_no_fields(text):
    assert parse_fields(text) == ()


def test_modifiers_and_inner_fields_nest():
    (field,) = parse_fields(
        "business_discovery.username(a.b_c){id,media.limit(50).after(QVFI-_)"
        "{caption,children{media_type}}}"
    )
    assert field.modifiers == {"username": "a.b_c"}
    media = field.inner[1]
    assert media.modifiers == {"limit": "50", "after": "QVFI-_"}
    assert names(media.inner) == ["caption", "children"]
    assert names(media.inner[1].inner) == ["media_type"]


def test_the_inner_text_is_kept_for_the_next_page():
    (field,) = parse_fields("media.limit(2){id,children{id}}")
    assert field.source == "id,children{id}"


def test_a_modifier_may_hold_commas():
    (field,) = parse_fields("insights.metric(reach,views)")
    assert field == Field("insights", {"metric": "reach,views"}, ())


def test_spaces_between_parts_do_no_harm():
    assert names(parse_fields(" id , media { id } ")) == ["id", "media"]


@pytest.mark.parametrize(
    "text",
    [
        "fields=id",
        "id,",
        ",id",
        "id,,name",
        "media{id",
        "media{}",
        "media}",
        "media{id}}",
        "media.limit(2",
        "media.limit 2",
        "1id",
        "id name",
        "a{b{c{d{e{f{g{h{i}}}}}}}}",
    ],
)
def test_a_broken_expression_is_a_syntax_error(text):
    with pytest.raises(GraphError) as caught:
        parse_fields(text)
    assert caught.value.code == 2500
