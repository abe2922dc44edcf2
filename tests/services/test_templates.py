"""Filling canned texts: values stay values, missing ones are blanks, limits hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.base.errors import KnownError
from solodesk.domain.pieces import PieceKind, blanks_in, joined
from solodesk.services import templates

HOSTILE = ["{{7*7}}", "{% for i in (1..9) %}x{% endfor %}", "{{''.__class__}}", "\x020\x03", "{%"]


@pytest.mark.parametrize("name", HOSTILE)
def test_customer_text_is_never_a_template(name: str) -> None:
    pieces = templates.render("Hi {{ customer.name }}!", {"customer": {"name": name}})
    assert joined(pieces) == f"Hi {name}!"
    again = templates.fill(pieces, {})
    assert joined(again) == f"Hi {name}!"


@given(st.text(min_size=1).filter(lambda s: bool(s.strip())))
def test_any_value_comes_out_as_it_went_in(value: str) -> None:
    pieces = templates.render("a{{ x.y }}b", {"x": {"y": value}})
    assert [p.text for p in pieces] == ["a", value, "b"]
    assert pieces[1].kind is PieceKind.VALUE


def test_missing_values_and_asked_ones_are_blanks_in_order() -> None:
    body = "{{ customer.last_order }} {{ ask.order_number }} {{ blank.day }} {{ ask.order_number }}"
    pieces = templates.render(body, {"customer": {"name": "x"}})
    assert blanks_in(pieces) == ("customer.last_order", "order_number", "day")


def test_defaults_and_conditions_work_on_what_is_missing() -> None:
    body = "{{ customer.first_name | default: 'there' }}{% if customer.company %} C{% endif %}"
    assert joined(templates.render(body, {"customer": {}})) == "there"
    full = {"customer": {"first_name": "Ann", "company": "Lumen"}}
    assert joined(templates.render(body, full)) == "Ann C"


def test_blanks_are_filled_by_either_name() -> None:
    pieces = templates.render("{{ ask.order_number }}/{{ ask.day }}", {})
    done = templates.fill(pieces, {"order_number": "A1", "ask.day": "{{ x }}"})
    assert joined(done) == "A1/{{ x }}"
    assert blanks_in(done) == ()


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("ok\n{{ x ", 2),
        ("{% include 'x' %}", 1),
        ("{% capture x %}y{% endcapture %}", 1),
        ("a\nb\n{{ x | nofilter }}", 3),
        ("{% for i in (1..100000) %}x{% endfor %}", 1),
    ],
)
def test_broken_or_endless_templates_are_told_with_their_line(body: str, line: int) -> None:
    with pytest.raises(KnownError) as caught:
        templates.render(body, {"x": {"y": "z"}})
    assert caught.value.code == "template_broken"
    assert caught.value.params["line"] == line


def test_output_is_limited_though_values_are_noted_not_written() -> None:
    with pytest.raises(KnownError):
        templates.render("{% for i in (1..900) %}{{ x.y }}{% endfor %}", {"x": {"y": "a" * 1000}})
