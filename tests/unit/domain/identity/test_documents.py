"""Identity numbers and other documents: what their form says, and that no list of districts refuses a patient."""

from datetime import date

import pytest

from server.domain.errors import HallError
from server.domain.identity.documents import is_resident_number, must_agree, read_document
from server.protocol.terms import DocumentType, ErrorCode

VALID = [
    "330113202203070017",
    "320505198003070013",
    "610117198003070016",
    "44040119800307001X",
    "110101199003077213",
]


def with_check(seventeen):
    """The number whose first seventeen places these are (ISO 7064 MOD 11-2)."""
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    total = sum(int(digit) * weight for digit, weight in zip(seventeen, weights, strict=True))
    return seventeen + "10X98765432"[total % 11]


@pytest.mark.parametrize("number", VALID)
def test_a_number_of_any_district_is_taken(number):
    """P2: districts made later, dissolved earlier, or not yet there in the year of birth."""
    assert (DocumentType.RESIDENT, number) == (read_document(number).type, read_document(number).number)


@pytest.mark.parametrize("district", ["000000", "110199", "330114", "441282", "460033", "370284", "710000", "659999"])
def test_a_district_that_no_list_knows_refuses_nobody(district):
    """P2: an unknown district was a 500."""
    assert is_resident_number(with_check(f"{district}19800307001"))


@pytest.mark.parametrize(("origin", "order"), [("810000", "001"), ("820000", "002"), ("830000", "003")])
def test_a_residence_permit_is_its_own_kind(origin, order):
    """P2: permits of residents from Hong Kong, Macau and Taiwan were refused."""
    number = with_check(f"{origin}19800307{order}")
    assert DocumentType.RESIDENCE_PERMIT is read_document(number).type


@pytest.mark.parametrize("number", [with_check("91184019850203001"), "USA110178012034"])
def test_a_foreigners_residence_card_is_its_own_kind_old_and_new(number):
    """P2: the cards of 2023 have 18 digits, those before have three letters and twelve digits."""
    assert DocumentType.FOREIGN_RESIDENT is read_document(number).type


@pytest.mark.parametrize(
    ("kind", "text", "number"),
    [
        ("passport", "e12345678", "E12345678"),
        ("passport", "Ｅ１２３４５６７８", "E12345678"),
        ("hk_macau_permit", "H0123456701", "H0123456701"),
        ("hk_macau_permit", "m01234567", "M01234567"),
        ("taiwan_permit", "01234567", "01234567"),
        ("other", "军字第1234567号", "军字第1234567号"),
        ("resident", " 110101 19900307 7213 ", "110101199003077213"),
        ("resident", "44040119800307001x", "44040119800307001X"),
    ],
)
def test_a_document_with_its_kind_is_read_in_one_spelling(kind, text, number):
    assert (kind, number) == (
        read_document(text, DocumentType(kind)).type,
        read_document(text, DocumentType(kind)).number,
    )


@pytest.mark.parametrize(
    "text",
    [
        "110101199003077214",
        "11010119900307721",
        "110101199013077213",
        "110101199002307213",
        "1101011990030772133",
        "११०१०११९९००३०७७२१३",
        "abc",
        "",
        "X" * 18,
        "E12345678",
        "01234567",
        with_check("11010100000000001"),
    ],
)
def test_what_is_no_number_is_refused_and_never_a_fault_of_ours(text):
    """P2: whatever stands there, the answer is a refusal with a code."""
    with pytest.raises(HallError) as refused:
        read_document(text)
    assert ErrorCode.IDENTITY_NUMBER_INVALID is refused.value.code


def test_fifteen_digits_are_refused_with_a_word_why():
    """P2: the old numbers are out of use, and the patient is told so."""
    with pytest.raises(HallError) as refused:
        read_document("110101900307721")
    assert "18" in refused.value.extra["reason"].text("zh")
    assert "15 digits" in refused.value.extra["reason"].text("en")


def test_a_number_of_one_kind_is_never_that_of_another():
    """P2: a passport and a permit of Taiwan may have the same digits."""
    kinds = [DocumentType.PASSPORT, DocumentType.TAIWAN_PERMIT, DocumentType.OTHER]
    assert 3 == len({read_document("01234567", kind) for kind in kinds})


def test_a_kind_that_is_not_that_of_the_number_is_refused():
    with pytest.raises(HallError, match="residence_permit"):
        read_document(with_check("81000019800307001"), DocumentType.RESIDENT)


@pytest.mark.parametrize(
    ("birth", "sex", "fields"),
    [
        (date(1950, 3, 7), None, ["birth_date"]),
        (None, "female", ["sex"]),
        (date(1950, 1, 1), "female", ["birth_date", "sex"]),
        (date(1990, 3, 7), "male", None),
        (None, "unknown", None),
        (None, "other", None),
        (None, None, None),
    ],
)
def test_a_birth_date_or_sex_that_contradicts_the_number_is_refused_by_name(birth, sex, fields):
    """P25: both were taken, and later the report was withheld for it."""
    document = read_document("110101199003077213")
    if fields is None:
        must_agree(document, birth, sex)
        return
    with pytest.raises(HallError) as refused:
        must_agree(document, birth, sex)
    assert (ErrorCode.CONTRADICTING_DATA, fields) == (refused.value.code, refused.value.extra["fields"])
    named = {"birth_date": "出生日期", "sex": "性别"}
    expected = f"{'和'.join(named[field] for field in fields)}与身份证号码不符，请对照证件核对。"
    assert expected == refused.value.extra["reason"].text("zh")


def test_a_passport_holds_no_birth_date_to_contradict():
    must_agree(read_document("110101199003077213", DocumentType.PASSPORT), date(1950, 1, 1), "female")
    must_agree(read_document("H01234567", DocumentType.HK_MACAU_PERMIT), date(1950, 1, 1), "female")
    must_agree(None, date(1950, 1, 1), "female")
