"""Tables: encodings, delimiters, headers and rows as the world writes them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from voicenote.errors import BadData, WrongUse
from voicenote.intake.options import IntakeLimits
from voicenote.intake.sniff import Shape

ROW = "customer,what_happened\nMüller,Die Torte kam zu spät\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_an_encoding_is_found_out(read: Any, encoding: Any) -> None:
    text = ROW + "Ann,The ribbon was lost\n" * 20 + "Žan,naïve café, à côté\n".replace(", à", " à")
    if encoding == "cp1252":
        text = text.replace("Ž", "E")
    _, good, _ = read(text.encode(encoding))
    assert good[0].complaint.customer.name == "Müller"
    assert good[-1].complaint.what_happened == "naïve café à côté"


@pytest.mark.parametrize(
    ("language", "encoding", "name", "what"),
    [
        (
            "pl",
            "cp1250",
            "Małgorzata Wiśniewska",
            "Pralka przestała działać, a serwis nie oddzwonił",
        ),
        (
            "ro",
            "cp1250",
            "Ionuţ Şerban",
            "Grădina vecinului a fost inundată şi nimeni nu a răspuns",
        ),
        ("he", "cp1255", "דנה לוי", "העוגה הגיעה בלי הסרט ואף אחד לא התקשר"),
        ("fa", "cp1256", "پروين", "سفارش به موقع نرسيد و کسي پاسخ نداد"),
        ("et", "cp1257", "Jüri Põld", "Tellimus jäi hiljaks ja keegi ei vastanud šefile"),
        ("en", "cp1252", "Zoë", "The café’s cake — “ours” — never came"),
    ],
)
def test_a_code_page_is_found_out(
    read: Any, language: Any, encoding: Any, name: Any, what: Any
) -> None:
    text = f"customer;what_happened\n{name};{what}\n"
    _, good, _ = read(text.encode(encoding), language=language)
    assert (good[0].complaint.customer.name, good[0].complaint.what_happened) == (name, what)


@pytest.mark.slow
def test_a_letter_far_down_still_tells_the_encoding(read: Any) -> None:
    text = ROW.replace("ü", "u").replace("ä", "a") + "Ann,fine\n" * 60_000 + "Zoë,café\n"
    source, good, _ = read(text.encode("cp1252"))
    assert source.parts[0].encoding == "cp1252"
    assert good[-1].complaint.customer.name == "Zoë"


def test_a_few_wrong_bytes_cost_only_their_row(read: Any) -> None:
    rows = "".join(f"{i},Zoë,café {i}\n" for i in range(50)).encode()
    data = b"ref,customer,what_happened\n" + rows + b"x,Bo\xff,oops\n"
    _, good, bad = read(data)
    assert (len(good), len(bad)) == (50, 1)
    assert bad[0].line == 52
    assert "half a character" in bad[0].problems[0].what


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found_out(read: Any, delimiter: Any, newline: Any) -> None:
    rows = [["customer", "what_happened", "email"], ["Ann", "Late, again; really", "a@b.ee"]]
    text = newline.join(delimiter.join(f'"{cell}"' for cell in row) for row in rows) + newline
    _, good, bad = read(text)
    assert not bad
    assert good[0].complaint.what_happened == "Late, again; really"
    assert good[0].line == 2


def test_excels_sep_line_names_the_delimiter(read: Any) -> None:
    _, good, _ = read("sep=;\ncustomer;what_happened\nAnn;Late, late, late\n")
    assert good[0].complaint.what_happened == "Late, late, late"


def test_junk_above_the_header_is_passed_over(read: Any) -> None:
    text = "Report, made by hand\n\nsecret, internal\n" + ROW
    _, good, _ = read(text)
    assert good[0].line == 5


def test_lines_are_physical_with_quoted_newlines(read: Any) -> None:
    text = 'customer,what_happened\nAnn,"one\ntwo\nthree"\n\nBo,\nCy,late\n'
    _, good, bad = read(text)
    assert [item.line for item in good] == [2, 7]
    assert bad[0].problems[0].line == 6
    assert good[0].complaint.what_happened == "one\ntwo\nthree"


def test_a_quote_that_never_closes_costs_only_its_row(read: Any) -> None:
    rows = "".join(f"Ann {i},late {i}\n" for i in range(100))
    _, good, bad = read(f'customer,what_happened\nBo,"oops\n{rows}')
    assert len(good) == 100
    assert [item.line for item in bad] == [2]
    assert "quotes" in bad[0].problems[0].what


def test_quotes_inside_a_cell_that_are_not_doubled_are_named(read: Any) -> None:
    _, good, bad = read('customer,what_happened\nBo,"He said "late" to me"\nAnn,late\n')
    assert (len(good), len(bad)) == (1, 1)


def test_a_row_with_too_many_cells_is_named(read: Any) -> None:
    _, _, bad = read("customer,what_happened\nAnn,late, again\n")
    assert "3 cells" in bad[0].problems[0].what


def test_a_row_that_breaks_off_at_the_end_is_named(read: Any) -> None:
    _, good, bad = read("customer,what_happened,email\nAnn,late,a@b.ee\nBo,la")
    assert len(good) == 1
    assert "breaks off" in bad[0].problems[0].what


def test_empty_cells_cut_off_at_a_rows_end_are_empty(read: Any) -> None:
    _, good, _ = read("customer,what_happened,email,phone\nAnn,late\nBo,early,,\n")
    assert len(good) == 2


def test_the_same_header_twice_gets_a_number(read: Any) -> None:
    source, _, _ = read("customer,what_happened,Comment,Comment\nAnn,late,a,b\n")
    assert source.first.headers == ("customer", "what_happened", "Comment", "Comment (2)")


def test_one_column_is_a_table_too(read: Any) -> None:
    _, good, _ = read("what_happened\nlate\nbroken\n")
    assert len(good) == 2


def test_a_line_without_end_is_refused_early(read: Any, tmp_path: Path) -> None:
    with pytest.raises(BadData, match="longer than"):
        read("x" * 50_000, limits=IntakeLimits(line=1_000))
    with pytest.raises(BadData, match="longer than"):
        read(ROW + "Ann," + "x" * 50_000, limits=IntakeLimits(line=1_000))


def test_a_million_columns_are_refused(read: Any) -> None:
    with pytest.raises(BadData):
        read(",".join(["a"] * 1_000_000) + "\n")
    with pytest.raises(BadData, match="columns"):
        read("customer,what_happened," + ",".join(["a"] * 100_000) + "\n")


def test_a_row_of_a_million_cells_is_a_bad_row(read: Any) -> None:
    _, good, bad = read(ROW + "," * 1_000_000 + "x\n" + "Ann,late\n")
    assert (len(good), len(bad)) == (2, 1)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"PK\x03\x04" + bytes(26) + b"xl/workbook.xml", "as a workbook"),
        (b"\x1f\x8b\x08rest", "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html><html>", "web page"),
        (bytes(range(256)) * 40, "not text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "as a workbook"),
        (b"customer,what_happened\n", "no complaint"),
    ],
)
def test_what_is_no_table_is_named(read: Any, content: Any, what: Any) -> None:
    if what == "no complaint":
        _, good, bad = read(content)
        assert (good, bad) == ([], [])
        return
    with pytest.raises(BadData, match=what):
        read(content)


def test_a_column_that_is_not_there_names_the_nearest(read: Any) -> None:
    with pytest.raises(BadData) as caught:
        read("customer,complaint text\nAnn,late\n", mapping={"what_happened": "Complaint texts"})
    assert "'complaint text'" in caught.value.advice


def test_a_field_that_is_not_there_names_the_nearest(read: Any) -> None:
    with pytest.raises(WrongUse) as caught:
        read(ROW, mapping={"what_hapened": "x"})
    assert "'what_happened'" in caught.value.advice


def test_a_wrong_default_is_said_once(read: Any) -> None:
    with pytest.raises(BadData) as caught:
        read(ROW, defaults={"language": "Klingonx"})
    assert caught.value.problems[0].field == "--default language"


def test_the_shape_does_not_hang_on_the_name(read: Any) -> None:
    source, good, _ = read(("a.txt", '[{"customer": "Ann", "what_happened": "late"}]'))
    assert source.first.format == Shape.DOCUMENT
    assert len(good) == 1


def test_a_real_export_with_junk_above_and_quoted_newlines_inside(read: Any) -> None:
    content = (Path(__file__).parent / "data" / "cfpb_head.csv").read_bytes()
    source, good, bad = read(content)
    assert [item.line for item in good] == [5, 8, 9, 12, 17, 20]
    assert good[0].complaint.ref == "3384392"
    assert {problem.what for item in bad for problem in item.problems} == {"is empty in this row"}
    assert "product" not in source.first.mapping  # the bureau's list of kinds of product


def test_two_thousand_columns_of_one_name_are_told_apart_at_once(read: Any) -> None:
    begun = time.process_time()
    source, good, _ = read(
        f"customer,what_happened,{','.join(['both'] * 1998)}\nAnn,Late{',x' * 1998}\n"
    )
    assert time.process_time() - begun < 3
    assert len(set(source.first.headers)) == 2000
    assert source.first.headers[2:4] == ("both", "both (2)")
    assert len(good) == 1
