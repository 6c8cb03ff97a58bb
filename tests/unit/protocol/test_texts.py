"""The catalogue of texts: every topic whole in every language it is in, fallbacks, plural forms, plain digits."""

import re

import pytest
from fluent.syntax import ast

from server.protocol import texts
from server.protocol.texts import Listed, Message, Texts, preferred
from tests.support import catalogues

TOPICS = sorted(texts.topics())
BANNER_PART = re.compile(r"^(call|recall|stage)\.(please|to|end)$")  # a wall's banner in another order of words
HAN = re.compile(r"[㐀-鿿]")
SIMPLIFIED = set(
    "请码报号预约现没医诊检过队个还们这机务时间电输录验识别银证门为难经发张让线应话帮办钟"
    "认设备续视频记错误运营药费单页签选项题转类统计数据网络处结构场产权际极标样术组织边车进远"
)


def written_in(topic):
    return [code for code in texts.languages() if (texts.LOCALES / code / f"{topic}.ftl").is_file()]


def made(tmp_path, **languages):
    for code, files in languages.items():
        (tmp_path / code).mkdir()
        for topic, text in files.items():
            (tmp_path / code / f"{topic}.ftl").write_text(text, encoding="utf-8")


@pytest.fixture
def locales(tmp_path):
    """An empty catalogue in the place of the real one."""
    kept = texts.LOCALES
    texts.use(tmp_path)
    yield tmp_path
    texts.use(kept)


def test_the_languages_are_the_folders_in_their_order():
    assert ["zh", "yue", "en"] == list(texts.languages())
    assert {"zh-CN", "zh-HK", "en"} == {language.tag for language in texts.languages().values()}


@pytest.mark.parametrize("path", catalogues.FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_file_is_fluent_and_names_each_message_once(path):
    entries = catalogues.entries(path)
    names = [entry.id.name for entry in entries if isinstance(entry, ast.Message)]

    assert [] == [entry.content for entry in entries if isinstance(entry, ast.Junk)]
    assert [] == [name for name in set(names) if names.count(name) > 1]
    assert [] == [entry.id.name for entry in entries if isinstance(entry, ast.Message) and entry.attributes]


@pytest.mark.parametrize("topic", sorted(set(TOPICS) - {"language"}))
def test_all_languages_say_the_same_things_and_fill_the_same_gaps(topic):
    found = {code: catalogues.messages(topic, code) for code in written_in(topic)}

    assert {"zh", "en"} <= found.keys()
    for code, messages in found.items():
        assert found["zh"].keys() == messages.keys(), code
        for key, (gaps, _) in messages.items():
            asked = found["zh"][key][0]
            fewer = (topic == "calls" and gaps < asked) or key.startswith("refused.")
            assert asked == gaps or fewer, f"{code} {key}"  # not every call names a person, nor a refusal all it knows


@pytest.mark.parametrize("topic", TOPICS)
def test_cantonese_is_written_in_the_characters_of_hong_kong(topic):
    if "yue" in written_in(topic):
        assert [] == [key for key, text in catalogues.plain(topic, "yue").items() if SIMPLIFIED & set(text)]


@pytest.mark.parametrize("path", catalogues.FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_text_is_empty(path):
    texts_by_key = catalogues.plain(path.stem, path.parent.name).items()

    assert [] == [key for key, text in texts_by_key if not text.strip() and not BANNER_PART.search(key)]


@pytest.mark.parametrize("topic", TOPICS)
def test_english_holds_no_chinese(topic):
    assert [] == [key for key, text in catalogues.plain(topic, "en").items() if HAN.search(text)]


def test_a_text_is_looked_for_from_cantonese_over_chinese_to_english(locales):
    made(
        locales,
        zh={"language": "tag = zh-CN\nposition = 1", "t": "b = 二\na = 一"},
        yue={"language": "tag = zh-HK\nfallback = zh\nposition = 2", "t": "a = 壹"},
        en={"language": "tag = en\nposition = 3", "t": "a = one\nb = two\nc = three"},
    )

    assert ["壹", "二", "three"] == [Texts("t").text(key, "yue") for key in "abc"]
    assert ["一", "one"] == [Texts("t").text("a", language) for language in ("zh", "unheard")]
    assert {"zh": "一", "yue": "壹", "en": "one"} == Texts("t").names("a")


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        (["zh-HK", "en"], "yue"),
        (["zh-TW", "en"], "zh"),
        (["EN-gb", "zh"], "en"),
        (["de", "yue"], "yue"),
        (["de"], "en"),
        ([], "en"),
    ],
)
def test_a_reader_gets_the_first_preferred_language_that_is_installed(tags, language):
    assert language == preferred(tags)


def test_a_message_fills_its_gaps_with_names_messages_and_lists(locales):
    made(
        locales,
        en={
            "language": "tag = en\nlist = { $first }, { $next }",
            "t": "a = { $n ->\n    [one] one { LOWER($what) }\n   *[other] { $n } { $what }\n}\nb = B",
        },
        zh={"language": "tag = zh-CN\nlist = { $first }、{ $next }", "t": "a = { $n } 个{ $what }\nb = 乙"},
    )
    what = Listed(({"zh": "甲", "en": "A"}, Message("t", "b"), "C"))

    assert {"en": "one a, b, c", "zh": "1 个甲、乙、C"} == Message("t", "a", {"n": 1, "what": what}).names()
    assert "2 A, B, C" == Message("t", "a", {"n": 2, "what": what}).text("de")
    assert "1 个x" == Message("t", "a", {"n": 1, "what": {"fr": "x"}}).text("zh")
    assert "1 个" == Message("t", "a", {"n": 1, "what": Listed(())}).text("zh")


def test_a_missing_text_shows_its_key(locales):
    made(locales, en={"language": "tag = en", "t": "a = one"})

    assert "such.a.key" == Texts("t").text("such.a.key", "en")
    assert not Texts("t").has("such.a.key", "en")
    assert "a" == Texts("nothing").text("a", "en")


def test_dots_of_a_key_are_hyphens_in_the_file(locales):
    made(locales, en={"language": "tag = en", "t": "action-check_in = Check in\ntag-_u8001_ = Older"})

    assert ["Check in", "Older"] == [Texts("t").text(key, "en") for key in ("action.check_in", "tag.老")]


def test_values_are_inserted_as_they_are_without_grouping_and_without_marks(locales):
    made(locales, en={"language": "tag = en", "t": "a = { $n } of { $who }"})

    assert "12345 of 李" == Texts("t").text("a", "en", n=12345, who="李")
    assert "36.6 of None" == Texts("t").text("a", "en", n=36.6, who=None)


def test_plural_forms_follow_the_rules_of_the_language(locales):
    forms = (
        "a = { $n ->\n    [one] { $n } eins\n    [few] { $n } few\n    [many] { $n } many\n   *[other] { $n } rest\n}"
    )
    made(
        locales,
        en={"language": "tag = en", "t": forms},
        pl={"language": "tag = pl", "t": forms},
        qq={"language": "tag = qq-XX", "t": forms},
    )

    assert ["1 eins", "3 few", "5 many"] == [Texts("t").text("a", "pl", n=n) for n in (1, 3, 5)]
    assert ["1 eins", "3 rest", "5 rest"] == [Texts("t").text("a", "en", n=n) for n in (1, 3, 5)]
    assert "3 rest" == Texts("t").text("a", "qq", n=3)


def test_pages_get_the_languages_and_the_files_of_a_topic():
    sent = texts.sources("language")

    assert ["zh", "yue", "en"] == list(sent["languages"]) == list(sent["files"])
    assert {"name": "粵語", "tag": "zh-HK", "fallback": "zh"} == sent["languages"]["yue"]
    with pytest.raises(KeyError):
        texts.sources("../terms")
