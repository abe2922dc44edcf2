"""The manual's pages stand in both languages, with the same topics in the same order."""

from solodesk.services import manual


def test_both_languages_have_the_same_topics() -> None:
    english, chinese = manual.pages("en"), manual.pages("zh")
    assert [page.topic for page in english] == [page.topic for page in chinese]
    assert len(english) >= 5
    assert all(page.title and page.markdown.startswith("# ") for page in (*english, *chinese))


def test_an_unknown_language_reads_english() -> None:
    assert manual.pages("pseudo") == manual.pages("en")


def test_a_topic_is_found_by_name() -> None:
    found = manual.page("answering", "zh")
    assert found is not None
    assert found.title == "回复客户"
    assert manual.page("no-such-page", "en") is None
