"""Share codes find every slip of one character and every swap of two."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.configurator.codes import ALPHABET, LENGTH, WrongCode, check_character, near_codes, new_code, read_code

stems = st.text(alphabet=ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)


def test_the_alphabet_has_a_prime_number_of_characters_that_nobody_mixes_up() -> None:
    assert len(set(ALPHABET)) == 31
    assert not set(ALPHABET) & set("01ILO")


@settings(max_examples=30)
@given(stems)
def test_any_single_wrong_character_is_found(stem: str) -> None:
    code = stem + check_character(stem)
    for place in range(LENGTH):
        for wrong in set(ALPHABET) - {code[place]}:
            with pytest.raises(WrongCode):
                read_code(code[:place] + wrong + code[place + 1 :])


@settings(max_examples=30)
@given(stems)
def test_swapped_neighbours_are_found(stem: str) -> None:
    code = stem + check_character(stem)
    for place in range(LENGTH - 1):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        if swapped != code:
            with pytest.raises(WrongCode):
                read_code(swapped)


def test_case_spaces_and_hyphens_do_not_matter() -> None:
    code = new_code()
    assert read_code(f" {code[:4].lower()}-{code[4:]} ") == code


@pytest.mark.parametrize("text", ["", "ABC", "O" * 8, "中文字符中文字符", "2222222222"])
def test_what_cannot_be_a_code_is_refused(text: str) -> None:
    with pytest.raises(WrongCode):
        read_code(text)


def test_full_width_characters_of_a_chinese_keyboard_are_read() -> None:
    code = new_code()
    wide = "".join(chr(ord(character) + 0xFEE0) for character in code)
    assert read_code(wide) == code


@pytest.mark.parametrize(("right", "typed"), [("Q", "O"), ("D", "0"), ("7", "1"), ("J", "I"), ("T", "l")])
def test_a_character_that_no_code_has_is_read_as_what_it_was_misread_for(right: str, typed: str) -> None:
    stem = f"{right}345678"
    code = stem + check_character(stem)
    assert read_code(typed + code[1:]) == code


def test_the_message_tells_a_wrong_length_from_a_wrong_check_character() -> None:
    with pytest.raises(WrongCode) as caught:
        read_code("ABCDEFG")
    assert str(caught.value) == "A build code has 8 letters and digits; this has 7."
    with pytest.raises(WrongCode) as caught:
        read_code("22222223")
    assert "the last one, which checks the others, does not match" in str(caught.value)


def test_a_mistaken_look_alike_and_swapped_neighbours_are_suggested() -> None:
    stem = "S2A8B9C"
    code = stem + check_character(stem)
    assert code in near_codes("5" + code[1:])
    assert code in near_codes(code[:3] + code[4] + code[3] + code[5:])
    assert near_codes("short") == []
