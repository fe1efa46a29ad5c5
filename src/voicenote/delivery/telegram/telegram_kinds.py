"""What a Telegram message says, whatever its kind: words, or a label in brackets. Pure.

Source: https://core.telegram.org/bots/api#message (Bot API 10). A kind that isn't known here is a
person's too: only `SERVICE` are written by Telegram itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voicenote.delivery.chat_text import ChatText, find_texts, first_said
from voicenote.delivery.json_values import as_count, as_object, as_objects, as_text
from voicenote.model.attachment import FileKind, OfferedFile

#: The kinds that Telegram writes about a chat; nobody says anything with them.
SERVICE = frozenset({
    "new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo",
    "group_chat_created", "supergroup_chat_created", "channel_chat_created",
    "message_auto_delete_timer_changed", "migrate_to_chat_id", "migrate_from_chat_id",
    "pinned_message", "connected_website", "write_access_allowed", "proximity_alert_triggered",
    "boost_added", "chat_background_set", "chat_owner_left", "chat_owner_changed",
    "direct_message_price_changed", "paid_message_price_changed", "forum_topic_created",
    "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened",
    "general_forum_topic_hidden", "general_forum_topic_unhidden",
    "giveaway_created", "giveaway_completed", "suggested_post_approved",
    "suggested_post_approval_failed", "suggested_post_declined", "suggested_post_paid",
    "suggested_post_refunded",
    "video_chat_scheduled", "video_chat_started", "video_chat_ended",
    "video_chat_participants_invited", "managed_bot_created",
})  # fmt: skip
#: The label of a kind without words. Of any other kind, its own name is shown.
LABELS = {
    "voice": "a voice message", "audio": "a sound", "photo": "a picture", "live_photo": "a picture",
    "video": "a film", "video_note": "a film", "animation": "a moving picture",
    "document": "a file",
    "sticker": "a sticker", "venue": "a place", "location": "a place", "contact": "a contact",
    "dice": "dice", "poll": "a poll", "poll_option_added": "a poll",
    "poll_option_deleted": "a poll", "story": "a story", "checklist": "a checklist",
    "checklist_tasks_done": "a checklist", "checklist_tasks_added": "a checklist",
    "paid_media": "paid pictures or films", "game": "a game", "web_app_data": "a form",
    "giveaway": "a giveaway", "giveaway_winners": "a giveaway",
}  # fmt: skip
#: The kinds whose content is a file, the best first: an animation is a document too.
FILES = {
    "voice": FileKind.VOICE, "audio": FileKind.SOUND, "photo": FileKind.PICTURE,
    "live_photo": FileKind.PICTURE, "video": FileKind.FILM, "video_note": FileKind.FILM,
    "animation": FileKind.FILM, "document": FileKind.FILE,
}  # fmt: skip
#: The fields of every message, which are no kind of their own.
ENVELOPE = frozenset({
    "message_id", "message_thread_id", "direct_messages_topic", "from", "sender_chat",
    "sender_boost_count", "sender_business_bot", "sender_tag", "date", "business_connection_id",
    "chat", "forward_origin", "is_topic_message", "is_automatic_forward", "reply_to_message",
    "external_reply", "quote", "reply_to_story", "reply_to_checklist_task_id",
    "reply_to_poll_option_id", "via_bot",
    "edit_date", "has_protected_content", "is_from_offline", "is_paid_post",
    "media_group_id", "author_signature", "paid_star_count", "text", "entities",
    "link_preview_options", "suggested_post_info", "effect_id", "caption", "caption_entities",
    "show_caption_above_media", "has_media_spoiler", "reply_markup", "forward_from",
    "forward_from_chat", "forward_date", "forward_sender_name", "forward_signature",
    "forward_from_message_id", "guest_bot_caller_chat", "guest_bot_caller_user", "guest_query_id",
})  # fmt: skip
#: The fields that hold what a person reads or wrote, wherever they stand.
_READABLE = (
    "text", "caption", "title", "question", "emoji", "data", "button_text", "description",
    "first_name", "file_name", "address", "performer",
)  # fmt: skip
#: Those that say what was sent, the best first.
_SAYS = ("question", "title", "data", "emoji", "file_name", "first_name", "text")


def read_message(message: Mapping[str, Any]) -> ChatText | None:
    """Return what a message says; None when Telegram itself wrote it."""
    kinds = [name for name in message if isinstance(name, str) and name not in ENVELOPE]
    if kinds and not SERVICE.isdisjoint(kinds):
        return None
    own = [message.get("text"), message.get("caption")]
    texts = [text.strip() for text in own if isinstance(text, str) and text.strip()]
    found = [
        text
        for name in kinds
        for each in find_texts(message[name], _READABLE, name).values()
        for text in each
    ]
    kind = next((name for name in LABELS if name in kinds), kinds[0] if kinds else "")
    label = ""
    if kind:
        label = (
            f"[{LABELS.get(kind, f'a message of the kind {kind[:40]}')}{_detail(message, kind)}]"
        )
    elif not texts:
        label = "[a message that Telegram can't show here]"
    words = " ".join([*filter(None, [label]), *texts[:1]])
    return ChatText(words, tuple(dict.fromkeys([*texts, *found])), _files(message))


def _files(message: Mapping[str, Any]) -> tuple[OfferedFile, ...]:
    """Return the file of a message, if it has one; of a picture in several sizes the largest."""
    for name, kind in FILES.items():
        content = message.get(name)
        sizes = [one for one in as_objects(content) if as_text(one.get("file_id"))]
        if sizes:
            content = max(sizes, key=lambda one: as_count(one.get("width")) or 0)
        told = as_object(content)
        if source := as_text(told.get("file_id")):
            offered = OfferedFile(
                kind=kind,
                source=source,
                name=as_text(told.get("file_name")),
                media_type=as_text(told.get("mime_type")) or ("image/jpeg" if sizes else ""),
                size=as_count(told.get("file_size")),
                seconds=as_count(told.get("duration")),
            )
            return (offered,)
    return ()


def _detail(message: Mapping[str, Any], kind: str) -> str:
    """Return what a message without plain words is about, in one line; "" when it doesn't say."""
    content = as_object(message.get(kind))
    if kind == "voice":
        seconds = content.get("duration")
        return f" of {seconds} s" if isinstance(seconds, int) else ""
    if kind == "dice":
        return f": {content.get('emoji')} {content.get('value')}".rstrip()
    said = first_said(find_texts(content, _SAYS, kind), _SAYS)
    return f": {said}" if said else ""
