"""The examples at the end of each ``--help``, by command; imported only to show them."""

from __future__ import annotations

import click

#: Command (without ``voicenote``; "" for the program itself) → what can be typed, as it is.
EXAMPLES: dict[str, tuple[str, ...]] = {
    "": (
        'voicenote say "I am sorry, Mari." -o memo.ogg',
        "voicenote new",
        "voicenote --home ~/voicenote cases",
    ),
    "demo": ("voicenote demo tryout",),
    "init": ('voicenote init --name "Anna Saar" --time-zone Europe/Tallinn',),
    "new": ("voicenote new", "voicenote new --from mari.toml"),
    "next": ("voicenote next", "voicenote next --all"),
    "say": (
        'voicenote say "I am sorry, Mari." -o memo.ogg',
        "voicenote say --file letter.txt -o memo.ogg",
    ),
    "import": (
        "voicenote import november.csv --dry-run",
        "voicenote import november.csv --batch november --default language=en",
        "voicenote import reviews.csv --map customer=Guest --where 'rating <= 2'",
    ),
    "cases": ("voicenote cases", "voicenote cases --batch november"),
    "status": ("voicenote status",),
    "show": ("voicenote show 1", "voicenote show 1 --json"),
    "batch": ("voicenote batch", "voicenote batch show november"),
    "batch hold": ("voicenote batch hold november",),
    "batch list": ("voicenote batch list",),
    "batch resume": ("voicenote batch resume november",),
    "batch show": ("voicenote batch show november",),
    "triage": (
        'voicenote triage 3 --severity serious --cause "colour noted by hand"',
        "voicenote triage 3 --accept",
        "voicenote triage --where 'product = oven' --cause \"a late parcel\"",
    ),
    "edit": (
        "voicenote edit 3",
        'voicenote edit 3 --set customer="Tom Read" email=tom.read@example.com',
        'voicenote edit 3 --set "3.1.text=A call on Tuesday" 3.1.promised_by=2027-12-08',
    ),
    "withdraw": ('voicenote withdraw 3 --why "typed twice by mistake"',),
    "merge": (
        "voicenote merge 1 2",
        'voicenote merge 2 3 --anyway "Tom is her husband"',
        "voicenote merge --from doubles.csv",
    ),
    "script": (
        "voicenote script 3",
        "voicenote script 3 --edit",
        "voicenote script --batch november",
    ),
    "hear": ("voicenote hear take.ogg", "voicenote hear 3", "voicenote hear 3 --answers"),
    "verify": ("voicenote verify memo.ogg", "voicenote verify *.mp3"),
    "check": ("voicenote check 3", "voicenote check letter.txt --language en"),
    "record": (
        "voicenote record 3",
        "voicenote record 3 --freely",
        "voicenote record 3 --from take.ogg",
        "voicenote record 3 --list",
    ),
    "render": ("voicenote render 3", "voicenote render --batch november"),
    "play": (
        "voicenote play 2",
        "voicenote play 2 --picture memo.svg",
        "voicenote play 2 --answers",
    ),
    "proof": ("voicenote proof 2 --to you@example.com",),
    "approve": ("voicenote approve 2", "voicenote approve --batch november --sample 3"),
    "plan": (
        "voicenote plan 1",
        "voicenote plan 1 --hold",
        "voicenote plan 1 --resume",
    ),
    "rehearse": ("voicenote rehearse", "voicenote rehearse --days 14"),
    "run": ("voicenote run", "voicenote run --to you@example.com"),
    "receive": (
        "voicenote receive",
        "voicenote receive --unmatched",
        "voicenote receive --match 4 --case 1",
    ),
    "daemon": ("voicenote daemon --every 300",),
    "undo": ("voicenote undo",),
    "mark-sent": ("voicenote mark-sent 1", "voicenote mark-sent 1 4 7"),
    "resend": ("voicenote resend 1", "voicenote resend 1 4 7 --by telegram"),
    "pause": ("voicenote pause", "voicenote pause --resume email"),
    "opt-out": ("voicenote opt-out mari@example.com",),
    "amends": (
        "voicenote amends",
        'voicenote amends done 1.1 --evidence "delivered, photo 0312.jpg"',
    ),
    "amends add": (
        "voicenote amends add 3 --kind refund --value 85 --currency GBP \\",
        '    --text "the price of the music box"',
    ),
    "amends again": ("voicenote amends again 1.1 --by 2027-03-12",),
    "amends broken": ('voicenote amends broken 1.1 --reason "the courier lost it"',),
    "amends confirm": ("voicenote amends confirm 1.1",),
    "amends done": (
        'voicenote amends done 1.1 --evidence "delivered, photo 0312.jpg"',
        "voicenote amends done --from refunds.csv",
    ),
    "amends list": ("voicenote amends list", "voicenote amends list --all"),
    "amends say": ('voicenote amends say 3.1 --deed "I will bring a new one on Friday."',),
    "amends waive": ('voicenote amends waive 1.1 --reason "they would rather have a refund"',),
    "answer": (
        'voicenote answer 1 --put-right --text "Thank you." --via phone',
        "voicenote answer --from calls.csv",
    ),
    "close": ("voicenote close 1 --outcome satisfied",),
    "reopen": ('voicenote reopen 1 --reason "the new box is cracked too"',),
    "lesson": (
        'voicenote lesson 1 --cause "noted by hand" --prevention "a field on the order"',
        "voicenote lesson --where 'batch = november' --cause \"a late parcel\" \\",
        '    --prevention "a second courier"',
    ),
    "lessons": ("voicenote lessons", "voicenote lessons --outcomes"),
    "voices": ("voicenote voices", "voicenote voices add kokoro"),
    "voices add": ("voicenote voices add kokoro",),
    "voices consent": (
        "voicenote voices consent ada",
        "voicenote voices consent ada --from ada.ogg",
        "voicenote voices consent ada --revoke",
    ),
    "voices list": ("voicenote voices list",),
    "voices remove": ("voicenote voices remove kokoro",),
    "writers": ("voicenote writers",),
    "channels": ("voicenote channels", "voicenote channels add email"),
    "channels add": (
        "voicenote channels add email",
        "voicenote channels add telegram --set token=env:BOT_TOKEN",
        "voicenote channels add email --address anna@example.com \\",
        "    --password env:MAIL_PASSWORD",
    ),
    "channels link": ("voicenote channels link telegram 1",),
    "channels login": ("voicenote channels login mail",),
    "channels test": ("voicenote channels test mail",),
    "channels list": ("voicenote channels list",),
    "templates": ("voicenote templates", "voicenote templates test"),
    "templates new": ("voicenote templates new late-parcel --language en",),
    "templates show": ("voicenote templates show en justified",),
    "templates test": ("voicenote templates test",),
    "doctor": ("voicenote doctor", "voicenote doctor --offline"),
    "cache": ("voicenote cache", "voicenote cache prune"),
    "schedule": ("voicenote schedule --every 15", "voicenote schedule --install"),
    "backup": ("voicenote backup bakery.tar.gz",),
    "restore": ("voicenote --home ~/restored restore bakery.tar.gz",),
    "adopt": ("voicenote adopt --moved",),
    "completion": ("voicenote completion bash >> ~/.bashrc",),
}


def write_examples(context: click.Context, formatter: click.HelpFormatter) -> None:
    """Write the examples of the command of `context` below its options, unwrapped."""
    _, _, path = context.command_path.partition(" ")
    with formatter.section("Examples"):
        for line in EXAMPLES.get(path, ()):
            formatter.write(f"{'':{formatter.current_indent}}{line}\n")
