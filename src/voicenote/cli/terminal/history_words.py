"""A line of a case's history in words, as its page shows it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: What happened, by the event's name; what isn't here is told by its name without underscores.
#: {message} is the number of a message, {amends} that of a promise.
WORDS: Mapping[str, str] = {
    "address_learned": "another address of the customer was noted",
    "amends_broken": "promise {amends} was broken",
    "amends_confirmed": "the customer confirmed promise {amends}",
    "amends_disputed": "the customer says that promise {amends} isn't kept",
    "amends_done": "promise {amends} was kept",
    "amends_edited": "promise {amends} was changed",
    "amends_paid": "money was paid for promise {amends}",
    "amends_promised": "promise {amends} was made",
    "amends_restored": "promise {amends} counts again",
    "amends_taken_over": "promise {amends} came along from the other case",
    "amends_waived": "promise {amends} was waived",
    "answer_settled": "the answer was read",
    "approval_recalled": "the approval was taken back",
    "arrival_matched": "a message that came in was matched to this case",
    "batch_held": "the whole batch was put on hold",
    "batch_resumed": "the batch goes on",
    "case_closed": "the case was closed",
    "case_edited": "the case was changed",
    "case_joined": "another case was joined to this one",
    "case_merged": "the case was merged into another one",
    "case_opened": "the case was opened",
    "case_reopened": "the case was reopened",
    "case_restored": "the case was opened again, as a wrong clock had closed it",
    "case_triaged": "the complaint was judged",
    "case_withdrawn": "the case was withdrawn",
    "command_undone": "a command was undone",
    "compensation_overridden": "more or less was promised than is usual",
    "customer_answered": "the customer answered",
    "customer_changed": "the customer's details were changed",
    "customer_channel_changed": "the customer is written to another way",
    "customer_joined": "two customers turned out to be one",
    "customer_moved": "the customer has another address",
    "customer_opted_out": "the customer wants no more messages",
    "deed_said": "promise {amends} was put into your own words",
    "harm_named": "what it cost the customer was noted",
    "lesson_written": "the lesson was written",
    "link_made": "a link for the customer was made",
    "memo_approved": "the memo was approved",
    "memo_recorded": "the memo was recorded",
    "memo_rendered": "the memo was made",
    "memo_sent": "the memo was sent",
    "owner_nudged": "you were reminded",
    "plan_booked": "the messages were planned",
    "plan_chosen": "a plan was chosen",
    "proof_sent": "a proof was sent to you",
    "proposal_accepted": "a proposal was accepted",
    "receipt_received": "a receipt came in",
    "script_composed": "the script was written",
    "told_apart": "it was kept apart from a similar case",
    "message_accepted": "message {message} was sent",
    "message_answered": "message {message} was answered",
    "message_became_uncertain": "message {message} was perhaps sent",
    "message_booked_again": "message {message} is to be sent again",
    "message_bounced": "message {message} came back",
    "message_cancelled": "message {message} was cancelled",
    "message_claimed": "message {message} was about to be sent",
    "message_committed": "message {message} was on its way",
    "message_delivered": "message {message} arrived",
    "message_found_sent": "message {message} was found to be sent",
    "message_heard": "message {message} was heard",
    "message_held": "message {message} was put on hold",
    "message_may_have_left": "message {message} is tried again",
    "message_moved": "message {message} was moved to another time",
    "message_moved_to_another_channel": "message {message} goes another way",
    "message_postponed": "message {message} was put off",
    "message_refused": "message {message} was refused",
    "message_restored": "message {message} is to be sent after all",
    "message_resumed": "message {message} goes on",
    "message_skipped": "message {message} was skipped",
    "message_took_another_way": "message {message} goes another way",
    "message_unanswered": "message {message} counts as unanswered",
    "words_renewed": "words that grow old were renewed",
}


def tell_event(row: Mapping[str, Any]) -> str:
    """Return what a line of the history says: its event in words, and what was changed, or why."""
    event = row["event"]
    facts = {name: row.get(name) or "" for name in ("message", "amends")}
    said = WORDS.get(event, event.replace("_", " ")).format(**facts)
    return f"{' '.join(said.split())}{_told(row)}"


def _told(row: Mapping[str, Any]) -> str:
    if "field" in row and "was" in row:
        return f": {row['field']} {_brief(row['was'])} → {_brief(row['now'])}"
    if row["event"] == "memo_recorded" and row.get("freely"):
        return ", spoken freely"
    if row["event"] == "command_undone":
        return f" ({row['command']})"
    if row["event"] in ("case_withdrawn", "case_joined", "amends_taken_over"):
        told = {"merged": "case {}", "before": "was promise {}", "reason": "“{}”"}
        said = [form.format(row[name]) for name, form in told.items() if row.get(name)]
        return f" ({', '.join(said)})" if said else ""
    return ""


def _brief(value: str) -> str:
    """Return a value of a field in one short line."""
    line = " ".join(value.split())
    return (f"“{line}”" if len(line) <= 40 else f"“{line[:39]}…”") if line else "(not known)"
