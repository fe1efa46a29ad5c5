"""A letter in pieces is the same letter."""

from __future__ import annotations

import base64

import pytest

from voicenote.delivery.letter import LINE, PIECE, Letter


@pytest.mark.parametrize("size", [0, 1, 2, LINE - 1, LINE, LINE + 1, PIECE, PIECE + 1, PIECE * 2])
def test_the_pieces_of_a_letter_are_as_long_as_it_says(size: int) -> None:
    sound = b"\xfb\xef" * size
    letter = Letter((b"words\r\n", b"--\r\n"), (sound[:size],))
    assert len(letter) == len(bytes(letter))
    assert bytes(letter)[7:-4] == base64.encodebytes(sound[:size]).replace(b"\n", b"\r\n")


def test_dots_are_doubled_where_lines_of_words_begin_and_nowhere_else() -> None:
    letter = Letter((b".a.\r\n..\r\n", b".\r\n"), (b"sound",))
    assert letter.dotted().words == (b"..a.\r\n...\r\n", b"..\r\n")
    assert letter.dotted().sounds == letter.sounds
