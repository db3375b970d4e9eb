import pytest

from host.kernel.crypto import SoftwareProvider, Unreadable, masked_id_no, masked_phone

NUMBER = "371302188001010015"


def _provider(number: int = 1) -> SoftwareProvider:
    return SoftwareProvider({1: "a" * 64, 2: "b" * 64}, newest=number)


def test_a_sealed_text_reads_back_in_its_place() -> None:
    sealed = _provider().encrypt(NUMBER, context="person:R1:id_no")

    assert _provider().decrypt(sealed, context="person:R1:id_no") == NUMBER


def test_a_sealed_text_moved_to_another_row_does_not_open() -> None:
    sealed = _provider().encrypt(NUMBER, context="person:R1:id_no")

    with pytest.raises(Unreadable):
        _provider().decrypt(sealed, context="person:R2:id_no")


def test_changed_bytes_do_not_open() -> None:
    sealed = bytearray(_provider().encrypt(NUMBER, context="x"))
    sealed[20] ^= 1

    with pytest.raises(Unreadable):
        _provider().decrypt(bytes(sealed), context="x")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x09" + b"0" * 60])
def test_what_is_no_ciphertext_of_ours_does_not_open(sealed: bytes) -> None:
    with pytest.raises(Unreadable):
        _provider().decrypt(sealed, context="x")


def test_the_same_number_of_two_people_gives_two_ciphertexts() -> None:
    provider = _provider()

    assert provider.encrypt(NUMBER, context="a") != provider.encrypt(NUMBER, context="b")


def test_the_same_number_in_the_same_place_gives_the_same_ciphertext() -> None:
    assert _provider().encrypt(NUMBER, context="a") == _provider().encrypt(NUMBER, context="a")


def test_rows_of_the_old_key_stay_readable_after_a_new_one_came() -> None:
    sealed = _provider(1).encrypt(NUMBER, context="a")

    assert _provider(2).decrypt(sealed, context="a") == NUMBER
    assert _provider(2).encrypt(NUMBER, context="a")[0] == 2


def test_the_blind_index_tells_purposes_apart() -> None:
    provider = _provider()

    assert provider.blind_index(NUMBER, purpose="id_no") == provider.blind_index(NUMBER, purpose="id_no")
    assert provider.blind_index(NUMBER, purpose="id_no") != provider.blind_index(NUMBER, purpose="phone")


def test_numbers_are_masked_in_the_middle() -> None:
    assert masked_id_no(NUMBER) == "3713**********0015"
    assert masked_phone("16012345678") == "160****5678"
    assert masked_phone("12345") == "*****"
