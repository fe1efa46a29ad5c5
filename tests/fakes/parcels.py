"""A parcel that any channel can carry; a test replaces what it is about."""

from __future__ import annotations

from datetime import UTC, datetime

from voicenote.model.receipt import Parcel

PARCEL = Parcel(
    key="vn-7-1-memo",
    message_id="<vn-7-1-memo@bakery.example>",
    case=7,
    kind="memo",
    customer="Mari Tamm",
    to="mari@tamm.example",
    sender="anna@bakery.example",
    sender_name="Anna of the bakery",
    language="en",
    subject="About the ribbon on your cake",
    text="Thank you for telling us.\nThe ribbon was wrong, and that is on me.",
    files={},
    duration_s=33.2,
    synthetic=False,
    made_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
)
