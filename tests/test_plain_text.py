"""A person's own words: what programs and habit put around them is taken off."""

from __future__ import annotations

import pytest

from voicenote.plain_text import read_person, strip_links, strip_markup


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("<div>The box arrived open &amp; empty.</div>", "The box arrived open & empty."),
        ("<p>The b cake b</p", "The b cake b"),
        ("Late&nbsp;again<br/>and <b>cold", "Late again\nand cold"),
        ("&lt;p&gt;Late&lt;/p&gt;", "Late"),
        ("&amp;lt;p&amp;gt;Late&amp;lt;/p&amp;gt;", "Late"),
        ("<style>p{color:red}</style><!-- x --><p>No ribbon</p>", "No ribbon"),
        ('<a title="a>b" href="x">photo</a> then', "photo then"),
        ("<o:p></o:p><![if !vml]>Opóźnienie<![endif]>", "Opóźnienie"),
        ("5 < 6 and 7 > 3, I <3 AT&T", "5 < 6 and 7 > 3, I <3 AT&T"),
        (
            "<div>I wrote to &lt;help@shop.example&gt; twice</div>",
            "I wrote to <help@shop.example> twice",
        ),
        ("I wrote to <help@shop.example> twice.", "I wrote to <help@shop.example> twice."),
        ("<mailto:kai@x.example> has it", "kai@x.example has it"),
        ("Error <code> and <b>bold</b> shown", "Error <code> and bold shown"),
        ("Error <code>17</code> shown", "Error 17 shown"),
        ('an <x-card class="y">old</x-card> card', "an old card"),
        ("a <b and c> d, x<y and y>z, <3 </3", "a <b and c> d, x<y and y>z, <3 </3"),
        ("The page says <title> and <script> only", "The page says <title> and <script> only"),
        ("<td nowrap>late</td><hr noshade/>again", "late\nagain"),
        ("Enter <your name>, then <Enter>", "Enter <your name>, then <Enter>"),
        ("Late. <style>p{color:red", "Late."),
        ("it is &foobar; late &#xfffffff;", "it is late �"),
    ],
)
def test_html_becomes_text(given: str, wanted: str) -> None:
    """Tags and entities go, once or twice escaped; signs of comparison stay."""
    assert read_person(given) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("@AcmeSupport my order is late @115712", "my order is late"),
        ("@shop@mastodon.example mul pole pakki", "mul pole pakki"),
        ("RT @shop: paczka nie przyszła #fail #nigdy", ": paczka nie przyszła"),
        ("see https://x.ee/a?utm_source=b&c=1. It broke", "see. It broke"),
        ("it broke (www.example.com/a) twice", "it broke twice"),
        ("foto: bit.ly/3xYz i t.co/abc", "foto: i"),
        ("see [the photo](https://x.ee/1) ![](http://a/b.png)", "see the photo"),
        ("**very** late, _again_, 5*3*2", "very late, again, 5*3*2"),
        ("write to kai@example.com about #1234", "write to kai@example.com about #1234"),
        ("and/or a.m./p.m. 24/7 km/h", "and/or a.m./p.m. 24/7 km/h"),
    ],
)
def test_links_and_handles_are_left_out(given: str, wanted: str) -> None:
    """Nobody says a link or a handle; an address and an order's number are words of theirs."""
    assert " ".join(strip_links(given).split()).replace(" .", ".") == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("Hi team, my box arrived open.", "My box arrived open."),
        ("Dear Sir or Madam:\nThe cake was late", "The cake was late"),
        ("Hi,\n\nHello again, Anna! It broke", "It broke"),
        ("Dzień dobry, Pani Anno!\nPaczka przyszła otwarta", "Paczka przyszła otwarta"),
        ("Tere, klienditeenindus!\nKarp oli katki.", "Karp oli katki."),
        ("Bună ziua, stimată echipă,\nCutia era ruptă", "Cutia era ruptă"),
        ("שלום רב,\nהעוגה הגיעה בלי הסרט.", "העוגה הגיעה בלי הסרט."),
        ("سلام، سفارش نرسید.", "سفارش نرسید."),
        ("Sehr geehrte Damen und Herren,\ndas Paket fehlt.", "Das Paket fehlt."),
        ("Hello Kitty mug arrived broken.", "Hello Kitty mug arrived broken."),
        ("Bună calitate, dar a întârziat.", "Bună calitate, dar a întârziat."),
        ("Hi team,", "Hi team"),
    ],
)
def test_a_greeting_of_the_helpdesk_is_left_out(given: str, wanted: str) -> None:
    """The team is greeted, not the owner; words that only look like a greeting stay."""
    assert read_person(given) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("It broke.\n\nBest regards,\nKai Lepik\n+372 555 1234", "It broke."),
        ("It broke.\nThanks, Kai", "It broke."),
        ("It broke. Sent from my iPhone", "It broke."),
        ("Katki.\n\nLugupidamisega\nKai\n\nSaadetud minu iPhone'ist", "Katki."),
        ("Zepsute.\nPozdrawiam Jan Kowalski\n\nWysłane z iPhone'a", "Zepsute."),
        ("E rupt.\n\nTrimis de pe iPhone-ul meu", "E rupt."),
        ("זה נשבר.\n\nנשלח מה-iPhone שלי", "זה נשבר."),
        ("شکست.\n\nارسال شده از iPhone من", "شکست."),
        ("It broke.\n-- \nKai\nHead of Cakes", "It broke."),
        ("It broke.\n\nDisclaimer: this is for you only.", "It broke."),
        ("It broke.\nOn 3 Nov 2026 Kai <k@x.ee> wrote:\n> and before?", "It broke."),
        ("##- Please type your reply above this line -##\nIt broke.", "It broke."),
        ("Sent from my town.\nThanks for nothing", "Sent from my town.\nThanks for nothing"),
        ("Regards", "Regards"),
    ],
)
def test_a_signature_is_left_out(given: str, wanted: str) -> None:
    """What follows the last words of theirs is a program's or a habit's."""
    assert read_person(given) == wanted


@pytest.mark.parametrize(
    "given",
    [
        "(Translated by Google) Late cake.\n\n(Original)\nKook liiga hilja.",
        "Kook liiga hilja.\n\n(Translated by Google)\nLate cake.",
        "(Przetłumaczone przez Google) Późno.\n\n(Oryginał)\nKook liiga hilja.",
    ],
)
def test_the_original_of_a_translated_review_stays(given: str) -> None:
    """They said it in their language; what Google made of it isn't theirs."""
    assert read_person(given) == "Kook liiga hilja."


@pytest.mark.parametrize(
    "sign", ["<", "<a ", "[[", "<!--", "<a '", "&", "@a", "a.", "*a", "hi ", "<title>", "<x y='"]
)
def test_hostile_text_is_read_in_time(sign: str) -> None:
    """A long run of half a mark is read like any text of its length."""
    assert isinstance(strip_markup(read_person(sign * 20_000)), str)
