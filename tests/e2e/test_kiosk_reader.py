"""A reader that types into the kiosk's page: one burst of keys is one scan, whatever its ending and its keys."""

import pytest

from tests.support.browser import a_page
from tests.support.kiosk_page import GLASS, SEND_KEYS, keys_of
from tests.support.kiosk_screens import kiosk_screens

pytestmark = pytest.mark.browser
CARD = "0012345678"
VCARD = "BEGIN:VCARD\nVERSION:3.0\nN:Zhang;San\nFN:Zhang San\nORG:Clinic\nTEL:13800000000\nEND:VCARD"


class Listener:
    """The page's reader by itself: the codes it hands over for keys that a test sends with times of their own."""

    def __init__(self, page):
        self.page = page

    def hears(self, *keys, codes=1):
        """Send keys, wait for so many codes and a while of real quiet, and return all there are."""
        self.page.evaluate("window.codes = []")
        self.page.evaluate(SEND_KEYS, [[key for some in keys for key in some], None])
        if codes:
            self.page.wait_for_function("codes => window.codes.length >= codes", arg=codes)
        # the page's own wait ends after this one, which was begun later
        self.page.evaluate("() => new Promise((done) => setTimeout(done, 200))")
        return self.page.evaluate("window.codes")


@pytest.fixture(scope="module")
def reader(browser):
    with kiosk_screens() as screens, a_page(browser, GLASS) as page:
        screens.show(page, "identify", "zh")
        page.evaluate(
            """async () => {
              const { listen } = await import("/web/reader.js");
              window.codes = [];
              listen((code) => window.codes.push(code));
            }"""
        )
        yield Listener(page)


@pytest.mark.parametrize("end", ["Enter", "Tab", None])
def test_a_card_is_read_whatever_key_its_reader_ends_with(reader, end):
    """R9: Tab, or nothing at all, was no request and no word."""
    assert [CARD] == reader.hears(keys_of(CARD, end))


def test_a_card_is_read_when_its_reader_ends_with_ctrl_j(reader):
    """R9."""
    end = {"key": "j", "code": "KeyJ", "ctrlKey": True, "at": 100}
    assert [CARD] == reader.hears(keys_of(CARD, None), [end])


def test_the_digits_of_a_keypad_count_without_numlock(reader):
    """R9: with NumLock off the keypad says Insert, End, ArrowDown."""
    names = ["Insert", "End", "ArrowDown", "PageDown", "ArrowLeft", "Clear", "ArrowRight", "Home", "ArrowUp", "PageUp"]
    keys = [{"key": names[int(d)], "code": f"Numpad{d}", "at": 8 * n} for n, d in enumerate(CARD)]
    assert [CARD] == reader.hears(keys)


@pytest.mark.parametrize("end", ["", "013"])
def test_a_reader_in_alt_mode_is_heard(reader, end):
    """R9: each character comes as Alt and its number on the keypad."""
    keys, at = [], 0
    for number in [f"{ord(character):03}" for character in "Ab12"] + ([end] if end else []):
        for digit in number:
            at += 15
            keys.append({"key": "Insert", "code": f"Numpad{digit}", "altKey": True, "at": at})
        at += 60
        keys.append({"key": "Alt", "type": "keyup", "at": at})
    assert ["Ab12"] == reader.hears(keys)


def test_an_input_method_in_the_way_tears_no_code(reader):
    keys = [{"key": "Process", "code": "KeyP", "shiftKey": True, "at": 0}]
    keys += [{"key": "Process", "code": f"Digit{digit}", "at": 8 + 8 * n} for n, digit in enumerate("1001")]
    assert ["P1001"] == reader.hears(keys)


def test_two_patients_within_a_second_and_a_half_are_two(reader):
    """R9: what came within 1.5 s was one code."""
    assert ["0012345678", "0087654321"] == reader.hears(
        keys_of("0012345678", None), keys_of("0087654321", None, at=400), codes=2
    )


def test_a_business_card_of_seven_lines_is_one_scan(reader):
    """R11: each line was a failed patient."""
    assert [VCARD] == reader.hears(keys_of(VCARD))


def test_a_very_long_code_is_handed_over_by_its_beginning_so_that_somebody_says_a_word(reader):
    """R11: codes over 512 characters were swallowed."""
    assert ["7" * 600] == reader.hears(keys_of("7" * 3000, gap=2))


@pytest.mark.parametrize("code", ["123", "1"])
def test_a_short_code_is_handed_over_too(reader, code):
    """R9: codes under four characters were silent; the kiosk says that it is not a code."""
    assert [code] == reader.hears(keys_of(code))


def test_a_single_key_somebody_touched_is_no_scan(reader):
    assert [] == reader.hears(keys_of("x", None), codes=0)
    assert [] == reader.hears(keys_of("", "Enter"), keys_of("", "Tab", at=500), codes=0)


def test_fingers_in_a_field_are_left_alone_and_a_card_laid_meanwhile_leaves_the_field_as_it_was(reader):
    reader.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<input id=field>')")
    reader.page.focus("#field")
    assert [] == reader.hears(keys_of("13800", gap=130), codes=0)
    assert "13800" == reader.page.input_value("#field")
    assert [CARD] == reader.hears(keys_of(CARD))
    assert "13800" == reader.page.input_value("#field")
    reader.page.evaluate("document.getElementById('field').remove()")


def test_a_page_that_is_busy_tears_no_code(reader):
    """The time of a key is its own: what waited in the browser while the page drew is still one burst."""
    keys = keys_of(CARD, None)
    reader.page.evaluate("window.codes = []")
    reader.page.evaluate(
        f"""([keys, half]) => {{
          const began = performance.now(), send = {SEND_KEYS};
          send([keys.slice(0, half), began]);
          while (performance.now() < began + 400);
          send([keys.slice(half), began]);
        }}""",
        [keys, 5],
    )
    reader.page.wait_for_function("() => window.codes.length")
    assert [CARD] == reader.page.evaluate("window.codes")
