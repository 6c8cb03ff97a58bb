"""A key for each purpose, out of one secret."""

from server.domain.access.keys import Purpose, derived


def test_each_purpose_has_a_key_of_its_own_and_the_same_again():
    """S27: one secret signed visit tokens, hashed tokens and chained the trail."""
    keys = {derived("secret", purpose) for purpose in Purpose}

    assert len(Purpose) == len(keys)
    assert {32} == {len(key) for key in keys}
    assert derived("secret", Purpose.VISIT) == derived("secret", Purpose.VISIT)
    assert not keys & {derived("another", purpose) for purpose in Purpose}


def test_a_key_is_that_of_rfc_5869():
    """HKDF with SHA-256, one block: computed by hand from the RFC's two steps."""
    import hashlib
    import hmac

    extracted = hmac.new(b"outpatient-hall", b"secret", hashlib.sha256).digest()
    expanded = hmac.new(extracted, b"visit token" + bytes([1]), hashlib.sha256).digest()
    assert expanded == derived("secret", Purpose.VISIT)
