"""Two thousand rows as helpdesks have them: no tag, entity, handle or link is ever spoken."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Callable
from html import escape
from typing import Any

from voicenote.script.languages import language
from voicenote.script.spoken import spell_out

ROWS = 2_000
#: What each of them begins with is never a word of a person, so that it is found in what is spoken.
MARK = "zq"
SENTENCES = [
    ("en", "The box arrived open & one candle was broken."),
    ("en", "I was charged twice, and nobody answered for two days!"),
    ("en", "It isn't what I ordered; is 5 < 6?"),
    ("et", "Karp saabus avatuna ja küünal oli katki."),
    ("pl", "Paczka przyszła otwarta, a świeca była złamana."),
    ("ro", "Cutia a ajuns deschisă și nimeni nu a răspuns."),
    ("he", "העוגה הגיעה בלי הסרט ואף אחד לא התקשר."),
    ("fa", "سفارش به موقع نرسید و کسی پاسخ نداد."),
]
TAGS = ["p", "div", "span", "b", "table", "td", "o:p", "zq-card", "FONT", "blockquote", "zq"]
ENTITIES = ["&nbsp;", "&#160;", "&zwnj;", "&zq;", "&amp;nbsp;", "&shy;", "&#8203;", "&ensp;"]
HANDLES = ["@zqshop", "@zq_support", "@zq.shop", "@zq@zq.example", "<@zqU123>", "u/zq_user"]
LINKS = [
    "https://zq.example/a?utm_source=zq&b=1#zq",
    "http://zq.example",
    "www.zq.example/zq",
    "bit.ly/zq3x",
    "zq.link/u/zq?a=1",
    "<https://zq.example/zq>",
    "[zq]: https://zq.example",
    "![zq](https://zq.example/zq.png)",
    "(https://zq.example/zq)",
    "mailto:zq@zq.example",
]
ENDINGS = [
    "Sent from my iPhone",
    "Best regards,\nZq Zqson\nzq.example",
    "--\nZq Ltd",
    "Saadetud minu iPhone'ist",
    "Wysłane z iPhone'a",
    "Pozdrawiam\nZq",
    "On 3 Nov 2026 Zq <zq@zq.example> wrote:\n> zq",
    "This e-mail and any files with it are zq.",
]
GREETINGS = ["Hi team,", "Dear Sir or Madam:", "Hello @zqshop!", "Tere!", "Dzień dobry,", "שלום,"]


def dress(chance: random.Random, sentence: str) -> str:
    """Put markup of any kind around and between the words of a sentence."""
    html = chance.random() < 0.6
    words = (escape(sentence) if html else sentence).split(" ")
    out: list[str] = []
    for word in words:
        if html and chance.random() < 0.3:
            tag = chance.choice(TAGS)
            open_ = f"<{tag} class=\"zq{chance.randrange(99)}\" title='zq > zq'>"
            shapes = [f"{open_}{word}</{tag}>", f"{open_}{word}", f"{word}<br/>"]
            out.append(chance.choice(shapes))
        else:
            out.append(word)
        if html and chance.random() < 0.15:
            out.append(chance.choice(ENTITIES))
        if chance.random() < 0.05:
            out.append(chance.choice(HANDLES))
    text = " ".join(out)
    if html and chance.random() < 0.3:
        text = f"<style>.zq{{color:red}}</style><!-- zq --><div>{text}</div>"
    return escape(text) if html and chance.random() < 0.2 else text


def make_row(chance: random.Random) -> tuple[str, str, str]:
    """Return (language, the words of the person, what the export has for them)."""
    code, sentence = chance.choice(SENTENCES)
    parts = [dress(chance, sentence)]
    if chance.random() < 0.5:
        parts.insert(0, chance.choice(GREETINGS))
    if chance.random() < 0.5:
        parts.append(chance.choice(LINKS))
    if chance.random() < 0.3:
        parts.insert(0, chance.choice(HANDLES))
    if chance.random() < 0.5:
        parts.append(chance.choice(ENDINGS))
    elif chance.random() < 0.2:
        parts[-1] += "</div"  # the export cut it off
    return code, sentence, "\n".join(parts)


def letters(text: str) -> list[str]:
    """Return the words of a text without signs and case."""
    return re.findall(r"[^\W\d_]+", text.casefold().replace("&", " and "))


def test_nothing_of_a_program_is_spoken(read: Callable[..., Any]) -> None:
    """And all that the person said is."""
    chance = random.Random(11)  # noqa: S311 - rows that can be had again
    rows = [make_row(chance) for _ in range(ROWS)]
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["id", "name", "body", "locale"])
    writer.writerows((n, f"Ann{n}", raw, code) for n, (code, _, raw) in enumerate(rows))
    _, good, bad = read(table.getvalue())
    assert (len(good), bad) == (ROWS, [])
    wrong = []
    for (code, sentence, raw), item in zip(rows, good, strict=True):
        spoken = spell_out(item.complaint.what_happened, language(code)).casefold()
        alien = MARK in spoken or re.search(r"[<>&@#]|nbsp|http|www|\bamp\b|\bquot\b", spoken)
        said = iter(letters(spoken))
        lost = [w for w in letters(sentence.replace("5 < 6", "")) if w not in said]
        if alien or lost:
            wrong.append((raw, item.complaint.what_happened, lost))
    assert not wrong, f"{len(wrong)} of {ROWS}: {wrong[:3]}"
