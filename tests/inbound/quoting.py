"""How mail programs quote the letter that they answer: ours, as it really left."""

from __future__ import annotations

import html
import random
import textwrap
from dataclasses import dataclass

from tests.inbound.words import HEADERS, WROTE


@dataclass(frozen=True)
class Sent:
    """A letter of ours as it left."""

    case: int
    key: str
    message_id: str
    subject: str
    sender: str
    name: str
    to: str
    plain: str
    html: str


def introduction(chance: random.Random, language: str, sent: Sent) -> str:
    form = chance.choice(WROTE.get(language, WROTE["en"]))
    day = chance.choice(["Mon, Mar 2, 2026", "2 March 2026", "02.03.2026", "2026-03-02", "3/2/26"])
    return form.format(d=day, t=chance.choice(["12:00", "1:05 PM"]), n=sent.name, a=sent.sender)


def headers(chance: random.Random, language: str, sent: Sent, star: str = "") -> str:
    names = HEADERS.get(language, HEADERS["en"])
    writer = chance.choice([
        f"{sent.name} <{sent.sender}>", f'"{sent.name}" <{sent.sender}>',
        f"{sent.name} [mailto:{sent.sender}]", sent.name,
    ])  # fmt: skip
    day = chance.choice(["Monday, March 2, 2026 12:00 PM", "02 March 2026 12:00"])
    values = (writer, day, sent.to, sent.subject)
    return "\n".join(f"{star}{n}:{star} {v}" for n, v in zip(names, values, strict=True))


def marked(chance: random.Random, text: str) -> str:
    """Our letter with marks before its lines, sometimes wrapped anew and marked badly."""
    mark = chance.choice(["> ", ">", "> > "[:2], "| "])
    lines = text.split("\n")
    if chance.random() < 0.4:
        width = chance.choice([40, 60, 72])
        lines = [one for line in lines for one in (textwrap.wrap(line, width) or [""])]
    return "\n".join(f"{mark}{line}".rstrip() for line in lines)


def in_plain(chance: random.Random, words: str, language: str, sent: Sent) -> tuple[str, str]:
    """An answer as text, with our letter quoted in one of many ways; and the way."""
    ways = (
        _above, _below, _between, _outlook, _outlook_app, _original, _yahoo, _bare, _notes, _stars,
        _apple, _wrapped_badly, _qq,
    )  # fmt: skip
    way = chance.choice(ways)
    return way(chance, words, language, sent), way.__name__.strip("_")


def _above(chance: random.Random, words: str, language: str, sent: Sent) -> str:
    intro = introduction(chance, language, sent)
    if chance.random() < 0.3 and len(intro) > 40:
        at = intro.rfind(" ", 0, 45)
        intro = f"{intro[:at]}\n{intro[at + 1 :]}"
    return f"{words}\n\n{intro}\n{chance.choice(['', chr(10)])}{marked(chance, sent.plain)}\n"


def _below(chance: random.Random, words: str, language: str, sent: Sent) -> str:
    return f"{introduction(chance, language, sent)}\n{marked(chance, sent.plain)}\n\n{words}\n"


def _between(chance: random.Random, words: str, language: str, sent: Sent) -> str:
    lines = [line for line in sent.plain.split("\n") if line.strip()]
    at = chance.randrange(1, max(2, len(lines)))
    before = "\n".join(f"> {line}" for line in lines[:at])
    after = "\n".join(f"> {line}" for line in lines[at:])
    return f"{introduction(chance, language, sent)}\n{before}\n\n{words}\n\n{after}\n"


def _outlook(chance: random.Random, words: str, language: str, sent: Sent) -> str:
    return f"{words}\n\n{headers(chance, language, sent)}\n\n{sent.plain}\n"


def _outlook_app(chance: random.Random, words: str, language: str, sent: Sent) -> str:
    line = chance.choice(["_" * 32, "_" * 40])
    return f"{words}\n\n{line}\n{headers(chance, language, sent)}\n\n{sent.plain}\n"


def _original(chance: random.Random, words: str, language: str, sent: Sent) -> str:
    line = chance.choice([
        "-------- Original message --------", "-----Original Message-----",
        "-------- Algne kiri --------", "-----Wiadomość oryginalna-----", "-------- Mesaj original --------",
        "---------- Forwarded message ---------", "-----הודעה מקורית-----",
    ])  # fmt: skip
    return f"{words}\n\n{line}\n{headers(chance, language, sent)}\n\n{sent.plain}\n"


def _yahoo(chance: random.Random, words: str, language: str, sent: Sent) -> str:
    flat = "\n".join(f"  {line} " for line in sent.plain.split("\n"))
    return f" {words}\n\n    {introduction(chance, language, sent)}  \n \n{flat}\n  "


def _bare(chance: random.Random, words: str, language: str, sent: Sent) -> str:
    plain = sent.plain
    if chance.random() < 0.5:
        plain = "\n".join(textwrap.fill(line, 50) for line in plain.split("\n"))
    return f"{words}\n\n\n{plain}\n"


def _notes(chance: random.Random, words: str, language: str, sent: Sent) -> str:
    names = HEADERS.get(language, HEADERS["en"])
    head = f"{sent.name} <{sent.sender}>\n02/03/2026 12:00\n\n{names[2]}\n{sent.to}\n\n{names[3]}\n{sent.subject}"
    return f"{words}\n\n\n{head}\n\n{sent.plain}\n"


def _stars(chance: random.Random, words: str, language: str, sent: Sent) -> str:
    return f"{words}\n\n{headers(chance, language, sent, star='*')}\n\n{sent.plain}\n"


def _apple(chance: random.Random, words: str, language: str, sent: Sent) -> str:
    quoted = f"{introduction(chance, language, sent)}\n\n{sent.plain}"
    return f"{words}\n\n" + "\n".join(f"> {line}" for line in quoted.split("\n")) + "\n"


def _wrapped_badly(chance: random.Random, words: str, language: str, sent: Sent) -> str:
    """Lines that were wrapped after they had been marked."""
    lines = []
    for line in sent.plain.split("\n"):
        lines += textwrap.wrap(f"> {line}", chance.choice([50, 70])) or [">"]
    return f"{words}\n\n{introduction(chance, language, sent)}\n\n" + "\n".join(lines) + "\n"


def _qq(chance: random.Random, words: str, language: str, sent: Sent) -> str:
    line = chance.choice(
        [
            "------------------ Original ------------------",
            "------------------ 原始邮件 ------------------",
        ]
    )
    return f"{words}\n\n\n{line}\n{headers(chance, 'en', sent)}\n\n{sent.plain}\n"


def in_html(chance: random.Random, words: str, language: str, sent: Sent) -> str:
    """An answer in HTML, our letter below; `words` are HTML already."""
    intro = html.escape(introduction(chance, language, sent))
    heads = "<br>".join(map(html.escape, headers(chance, language, sent).split("\n")))
    ours = sent.html
    return chance.choice([
        f'<div dir="ltr">{words}</div><br><div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">{intro}<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0px">{ours}</blockquote></div>',
        f"<div>{words}</div><div><br></div><hr tabindex=\"-1\"><div id=\"divRplyFwdMsg\" dir=\"ltr\">{heads}</div><div>{ours}</div>",
        f'<div class="moz-cite-prefix">{intro}</div><blockquote type="cite" cite="mid:x">{ours}</blockquote><p>{words}</p>',
        f'{words}<br><br><blockquote type="cite"><div>{intro}<br><br></div><div>{ours}</div></blockquote>',
        f'<div class="WordSection1">{words}<p class="MsoNormal">&nbsp;</p><div style="border:none;border-top:solid #E1E1E1 1.0pt">'
        f'<p class="MsoNormal"><b>{heads}</b></p></div>{ours}</div>',
        f'<div>{words}</div><div id="ydp1yahoo_quoted_1" class="yahoo_quoted"><div>{intro}</div><div>{ours}</div></div>',
        f"<div>{words}</div><br><br>{ours}",
        f'<div>{words}</div><div class="protonmail_quote">{intro}<br><blockquote type="cite">{ours}</blockquote></div>',
        f"<table><tr><td>{words}</td></tr><tr><td>{intro}<br>{ours}</td></tr></table>",
    ])  # fmt: skip
