"""The name by which a customer is greeted: not an address, an id, a number or a stand-in. Pure."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from voicenote.unicode_forms import normal

#: The name of a customer who gave none.
NOBODY = "(no name)"

#: Words that forms, helpdesks and review sites write for somebody whose name they don't know.
_STAND_INS = """
there anonymous anonym anon guest visitor unknown user customer client caller sender member
reviewer buyer shopper subscriber passenger resident contact noname nobody someone somebody null
undefined unnamed untitled nameless withheld private hidden deleted former redacted test tester
noreply info support admin administrator helpdesk sales office service owner anonim anonimowy
anonimowa nieznany nieznana gość użytkownik klient klientka odwiedzający brak anonimă necunoscut
necunoscută oaspete vizitator utilizator clientă musafir anonüümne anonüümik külaline kasutaja
tundmatu nimetu klientki külastaja ostja אנונימי אנונימית אורח אורחת משתמש משתמשת לקוח לקוחה מבקר
מבקרת אלמוני אלמונית ناشناس مهمان کاربر مشتری بازدیدکننده نامشخص بینام anonymer anonyme gast kunde
kundin nutzer benutzer besucher unbekannt unbekannter anrufer invité invitée utilisateur
utilisatrice visiteur inconnu inconnue cliente anónimo anónima anônimo usuario usuaria usuário
invitado invitada desconocido desconocida visitante anonimo anonima ospite utente sconosciuto
sconosciuta visitatore anoniem gebruiker klant onbekend onbekende bezoeker okänd gäst användare
kund ukjent gjest bruker ukendt bruger vieras asiakas käyttäjä tuntematon nimetön аноним анонимно
гость пользователь клиент неизвестный неизвестно анонімний гість користувач невідомий misafir
kullanıcı müşteri bilinmeyen restricted blocked unavailable lead prospect submission enquirer
zastrzeżony prywatny ukryty varjatud salastatud ascuns ascunsă privat חסום חסוי חסויה מוסתר مخفی
خصوصی unterdrückt unterdrückte masqué privé oculto privado privato скрытый
匿名 ゲスト 访客 游客 用户 未知 게스트 익명 ضيف مستخدم عميل مجهول
"""
#: Words that stand beside them; alone they may be a name.
_BESIDE = """
a an the one un une una uno ein eine der die das el la le de du da di i no not name names valued
dear mr mrs ms miss sir madam web website online mobile phone new our team desk private individual
person provided available given applicable set google amazon kindle facebook instagram whatsapp
telegram twitter ebay etsy airbnb booking yelp trustpilot tripadvisor messenger zendesk intercom
shopify apple microsoft linkedin tiktok youtube discord גוגל פייסבוק گوگل imię imienia nume nimi
nimeta לא ידוע ידועה ללא שם بی نام without ohne namen sans nom sin nombre
number numbers id form chat live wireless numer numeru număr nummer numéro número numero номер מספר
שיחה شماره
"""
_WHOLE = """
john doe|jane doe|joe public|max mustermann|no name|not provided|not given|not available|not set
not applicable|private individual|first name|last name|full name|name|your name|first last
firstname lastname|לא ידוע|ללא שם|بی نام|sans nom|sin nombre|ohne namen|bez imienia|fără nume
nimeta|brak imienia|spam likely|scam likely|x|xx|xxx|n a
"""
_PHRASES = frozenset(_WHOLE.strip().replace("\n", "|").split("|"))
_SOLE = frozenset(_STAND_INS.split())
_ALL = _SOLE | frozenset(_BESIDE.split())
_WORD = re.compile(r"[^\W_]+")
_WEB = re.compile(r"https?:|www\.|\S@\S|^@", re.IGNORECASE)
#: ``x.arrieta``, ``kai_lepik``: how people log in, not how they are called.
_LOGIN = re.compile(r"[a-z]+(?:[._][a-z]+)+|[a-z]+_[A-Za-z_]+")
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
_COMMA = re.compile(r"[,，،、]")
#: What stands after a name; left out, for nobody is greeted by it.
_AFTER = re.compile(
    r"md|phd|dds|dvm|esq|mba|msc|bsc|rn|pe|cpa|jd|jr|sr|ii|iii|iv|junior|senior", re.IGNORECASE
)
_HONOURS = (
    r"(?:dr|prof|mr|mrs|ms|miss|mx|sir|madam|herr|frau|pan|pani|dl|dna|d-na|domnul|doamna|hr|ing|inż|mgr"
    r"|hab|härra|proua|mme|ד\"ר|פרופ'|מר|גב'|گرامی|دکتر|آقای|خانم)\.?"
)
#: A title at either end of a half of a name; and what a helpdesk notes behind one.
_LEADS = re.compile(rf"((?:{_HONOURS} ){{1,3}})(.+)", re.IGNORECASE)
_ENDS = re.compile(rf"(.+) \(?({_HONOURS})\)?", re.IGNORECASE)
_NOTED = re.compile(
    r" ?[(\[](?:vip|customer|client|new|gold|silver|platinum|premium)[)\]]", re.IGNORECASE
)
_FIRM = re.compile(r"inc|ltd|llc|co|corp|gmbh|ag|sa|srl|oü|as|plc|bv|nv|sl|spa", re.IGNORECASE)


@lru_cache(maxsize=8192)
def name_flaw(name: str) -> str:
    """Return why nobody is greeted by this name, such as "is an address"; "" when it is a name."""
    if is_nameless(name):
        return "stands in for a name"
    if _WEB.search(name):
        return "is an address"
    if any(char.isnumeric() and not char.isalpha() for char in name):
        return "has a number in it"
    if _LOGIN.fullmatch(name.strip()):
        return "is a user name"
    return ""


@lru_cache(maxsize=8192)
def is_nameless(name: str) -> bool:
    """Return whether a name is none, or stands in for one: two such customers may be anybody."""
    words = _WORD.findall(normal(name, "NFKC").casefold().replace("'i ", " "))
    if not any(char.isalpha() for word in words for char in word):
        return not words  # a number may tell people apart
    return " ".join(words) in _PHRASES or (_ALL.issuperset(words) and not _SOLE.isdisjoint(words))


@lru_cache(maxsize=8192)
def name_to_greet(name: str, say_as: str = "") -> str:
    """Return the name for a greeting: `name`, else how it is said, else ""."""
    return next((one for one in (name, say_as) if one and not name_flaw(one)), "")


def turn_name(text: str) -> str:
    """Return a name as it is said: ``O&#39;Brien, Mary, MD`` is Mary O'Brien; others as they are.

    What spreadsheets (``="Ann"``) and web pages put around or into it is undone.
    """
    if found := _FORMULA.fullmatch(text.strip()):
        text = found[1].replace('""', '"')
    for _ in range(2 if "&" in text else 0):
        text = html.unescape(text)
    text = " ".join(_NOTED.sub(" ", text).split())
    parts = [part.strip() for part in _COMMA.split(text)]
    kept = [part for part in parts if part and not _AFTER.fullmatch(part.replace(".", ""))]
    if len(kept) == 1 and len(parts) > 1:
        return kept[0]
    if (
        len(kept) != 2
        or _FIRM.fullmatch(kept[1].replace(".", ""))
        or not all(map(_may_be_half, kept))
    ):
        return text
    last, of_last = _take_title(kept[0])
    first, of_first = _take_title(kept[1])
    return " ".join(filter(None, (of_last, of_first, first, last)))


def _take_title(half: str) -> tuple[str, str]:
    """Return half of a name without the title at either of its ends, and the title."""
    words = half.split()
    while len(words) > 1 and _AFTER.fullmatch(words[-1].replace(".", "")):
        words.pop()
    half = " ".join(words)
    if found := _LEADS.fullmatch(half):
        return found[2], found[1].strip()
    if found := _ENDS.fullmatch(half):
        return found[1], found[2]
    return half, ""


def _may_be_half(part: str) -> bool:
    """Return whether this may be a first or a last name: few words, no number and no sign."""
    signs = not any(char.isdigit() or char in "&@/+" for char in part)
    return signs and len(part.split()) <= 3
