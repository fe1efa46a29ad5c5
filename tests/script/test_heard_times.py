"""When each sentence of a letter is said, and where sentences end that ears wrote without signs."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some

from voicenote.model.sentences import Section, Sentence
from voicenote.model.transcript import HeardSentence, HeardWord, Transcript
from voicenote.script.heard_times import end_at_pauses, time_sentences


def heard(*sentences: str, timed: bool = True) -> Transcript:
    """Each word takes half a second, from second one on."""
    at, made = 1.0, []
    for text in sentences:
        words = text.split()
        told = tuple(HeardWord(at + n / 2, at + n / 2 + 0.4, one) for n, one in enumerate(words))
        end = at + len(words) / 2
        made.append(HeardSentence(at, end, text, None, told if timed else ()))
        at = end
    return Transcript(language="en", speech_s=at - 1, sentences=tuple(made))


def letter(*texts: str) -> tuple[Sentence, ...]:
    return tuple(Sentence(Section.OWN, one, personal=True) for one in texts)


def test_each_sentence_has_the_time_of_its_words() -> None:
    take = heard("Hi Dana, it's me.", "It was us.")
    assert time_sentences(letter("Hi Dana, it's me.", "It was us."), take) == (
        (1.0, 2.9),
        (3.0, 4.4),
    )


def test_a_corrected_word_changes_no_time() -> None:
    take = heard("Hi Donna, it's me.", "You get $214.")
    assert time_sentences(letter("Hi Dana, it's me.", "You get $240."), take) == (
        (1.0, 2.9),
        (3.0, 3.9),
    )


def test_what_was_not_heard_lies_between_the_others() -> None:
    take = heard("One two three.", "Lorem ipsum dolor.", "Seven eight nine.")
    spans = time_sentences(
        letter("One two three.", "Quite other words.", "Seven eight nine."), take
    )
    assert spans[1] == (2.4, 4.0)


def test_without_times_of_words_they_are_guessed_within_their_sentence() -> None:
    take = heard("One two three. Four five six.", timed=False)
    (_, end), (start, _) = time_sentences(letter("One two three.", "Four five six."), take)
    assert 2.0 < end <= start < 3.0


def test_where_nothing_is_alike_nothing_is_known() -> None:
    assert time_sentences(letter("Quite other words."), heard("Lorem ipsum dolor.")) == ()


@given(
    some.lists(some.text("abcdefg ", min_size=1, max_size=30), min_size=1, max_size=6),
    some.lists(some.text("abcdefg ", min_size=1, max_size=30), min_size=1, max_size=6),
)
def test_captions_never_overlap_and_none_is_empty(said: list[str], given_: list[str]) -> None:
    texts = [text for text in said if text.strip()]
    spans = time_sentences(letter(*texts), heard(*[one for one in given_ if one.strip()]))
    assert len(spans) in (0, len(texts))
    assert all(end > start for start, end in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))


def test_a_sentence_without_end_ends_where_the_speaker_paused() -> None:
    words = [f"word{n}" for n in range(44)]
    take = heard(" ".join(words))
    broken = end_at_pauses(take, [(11.0, 11.2)])  # within the time of the 21st word
    first, second = (one.text for one in broken.sentences)
    assert first == f"Word0 {' '.join(words[1:20])}."
    assert second.startswith("Word20 ")


def test_sentences_as_people_say_them_stay() -> None:
    take = heard("One two three four.", "Five six seven.")
    assert end_at_pauses(take, [(2.0, 2.4)]) == take
