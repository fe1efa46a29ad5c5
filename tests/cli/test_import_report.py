"""What an import says: how many of each reason, what was left out, and who is there twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Call = Callable[..., Result]

EXPORT = """\
Ticket ID,Name,E-mail,Description,Priority,Status,Phone
1,Ann,ann@example.com,Late.,P0,open,
2,Bo,bo@example,Cold.,P1,open,
3,Cy,cy@example,Wet.,P1,open,
4,Di,di@example.com,,P1,open,
5,Ed,ed@example.com,Dry.,P1,closed,
6,Fo,fo@example.com,Old.,P1,Solved,
7,Gi,gi@example.com,Buy now!,P1,spam,
8,Ha,ha@example.com,Torn.,shiny,open,call me
"""


def test_rejects_and_what_is_left_out_are_counted_by_reason(call: Call, tmp_path: Path) -> None:
    """A line for each reason is enough to see what to do about a thousand rows."""
    file = tmp_path / "in.csv"
    file.write_text(EXPORT)
    done = call("import", str(file))
    assert "Rejected: 2 E-mail isn't an email address; 1 Description is empty in" in done.stdout
    assert "Left out: 2 closed; 1 spam (--keep-all" in done.stdout
    assert "Added without a field that couldn't be read: 1." in done.stdout
    assert "8:" not in done.stdout
    assert "Priority: is not low, normal, serious: 'shiny'; added without it" in done.stderr
    counts = json.loads(call("import", str(file), "--json").stdout)
    assert counts["left_out"] == {"closed": 2, "spam": 1}
    assert list(counts["reasons"].values()) == [2, 1]
    assert (counts["unread"], counts["rejected"], counts["unchanged"]) == (1, 3, 2)


def test_where_and_keep_all_on_the_command_line(call: Call, tmp_path: Path) -> None:
    """A condition of the user's own, and all that is there."""
    file = tmp_path / "in.csv"
    file.write_text(EXPORT)
    words = ("import", str(file), "--dry-run", "--json")
    chosen = json.loads(call(*words, "--where", 'status in ["closed", "solved"]').stdout)
    assert (chosen["added"], chosen["left_out"]) == (2, {"not asked for by --where": 6})
    assert json.loads(call(*words, "--keep-all").stdout)["added"] == 5
    wrong = call(*words, "--where", "priority == 1 or")
    assert (wrong.exit_code, "rating <= 2" in wrong.stderr) == (2, True)


def test_a_file_in_which_nothing_is_a_complaint_is_no_error(call: Call, tmp_path: Path) -> None:
    """Everything was closed: good."""
    file = tmp_path / "in.csv"
    file.write_text("name,complaint,status\nAnn,late,closed\n")
    done = call("import", str(file))
    assert done.exit_code == 0
    assert "0 added" in done.stdout
    assert "Left out: 1 closed" in done.stdout


def test_the_same_story_under_another_id_is_shown_and_held(call: Call, tmp_path: Path) -> None:
    """One failure with two tickets gets one apology, whatever the spelling of the address."""
    file = tmp_path / "in.csv"
    file.write_text(
        "id,name,email,complaint\n"
        "71,Ann,Ann@Example.com,The box was open.\n"
        "72,Ann Lee,ann@example.com,<p>the box was OPEN</p>\n"
        "73,Bo,bo@example.com,The box was open.\n"
    )
    done = call("import", str(file))
    assert "3 added" in done.stdout
    assert "case 5 tells the same story of the same person as case 4: held" in done.stderr
    assert "case 6 tells" not in done.stderr
    written = call("script", "4", "5", "6")
    assert "case 5 tells the same story" in written.stderr


def test_a_kind_stands_for_the_one_channel_of_that_kind(
    ready: Call, home: Path, tmp_path: Path
) -> None:
    """A file says "outbox", and the channel of that kind is called post; of two, none is meant."""
    one = '[channels.{0}]\nkind = "outbox"\nfolder = "{0}"\n'
    file = tmp_path / "in.csv"
    file.write_text("ref,customer,what_happened,channel\nd,Di,The hat was torn.,webhook\n")
    assert ready("import", str(file)).exit_code == 0
    (home / "voicenote.toml").write_text(one.format("post") + one.format("paper"))
    assert "'webhook', which is not set up" in ready("plan", "4").stderr
    webhook = '[channels.{0}]\nkind = "webhook"\nurl = "http://127.0.0.1:9/"\n'
    (home / "voicenote.toml").write_text(webhook.format("hook"))
    assert "not set up" not in ready("plan", "4").stderr
    (home / "voicenote.toml").write_text(webhook.format("hook") + webhook.format("crook"))
    assert "'webhook', which is not set up" in ready("plan", "4").stderr


@pytest.mark.parametrize("name", ["head.csv", "head.tsv"])
def test_a_file_with_a_header_only_says_so(call: Call, tmp_path: Path, name: str) -> None:
    sign = "," if name.endswith("csv") else "\t"
    (tmp_path / name).write_text(sign.join(["ref", "customer", "what_happened"]) + "\n", "utf-8")
    done = call("import", str(tmp_path / name))
    assert done.exit_code == 0
    assert "below the header it is empty" in done.stderr


def test_sentences_that_are_not_the_owners_are_told_with_their_line(
    call: Call, tmp_path: Path
) -> None:
    rows = (
        "ref,customer,language,what_happened,said_back,meant\n"
        "x,Dana,en,My daughter was ill.,My daughter was ill.,\n"
        "y,Mari,et,Mu tütar oli haige.,Teie tütar oli haige.,Te olete lollakad.\n"
    )
    (tmp_path / "own.csv").write_text(rows, encoding="utf-8")
    done = call("import", str(tmp_path / "own.csv"))
    assert "own.csv:2: said_back: it sounds as if the customer said it" in done.stderr
    assert "such as “Your daughter was ill.”" in done.stderr
    assert "own.csv:3: meant: it holds abuse (“Te olete lollakad.”)" in done.stderr
    assert done.stdout.startswith("2 added")


@pytest.mark.parametrize(
    ("days", "zone", "said", "order"),
    [
        (["03/04/2026", "17/04/2026"], "UTC", "the day first, as 17/04/2026 shows", "DMY"),
        (["3/4/2026", "4/17/2026"], "UTC", "the month first, as 4/17/2026 shows", "MDY"),
        (["03/04/2026"], "Europe/Tallinn", "the day first, as is usual where you are", "DMY"),
        (["2026-04-03", "17/04/2026"], "UTC", "", ""),
    ],
)
def test_dates_that_could_be_two_days_are_said(
    call: Call, tmp_path: Path, days: list[str], zone: str, said: str, order: str
) -> None:
    """How their column is read, and by what that is known."""
    rows = "".join(f"A{n},it was late {n},{day}\n" for n, day in enumerate(days))
    (tmp_path / "in.csv").write_text(f"name,complaint,Opened\n{rows}")
    words = ("import", str(tmp_path / "in.csv"), "--dry-run", "--map", "opened_at=Opened")
    done = call(*words, VOICENOTE_OWNER__TIME_ZONE=zone)
    assert said in done.stderr
    assert (f"Dates in 'Opened', such as {days[0]}, are read" in done.stderr) == bool(said)
    found = json.loads(call(*words, "--json", VOICENOTE_OWNER__TIME_ZONE=zone).stdout)["dates"]
    assert found == ({"opened_at": order} if order else {})
