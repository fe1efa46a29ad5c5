"""`backup`: save the workspace in one file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from voicenote.cli.terminal.session import Session, command


@command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--force", is_flag=True, help="Overwrite a file that exists.")
def backup(session: Session, /, *, file: Path, force: bool) -> None:
    """Copy the ledger, the sound and the settings into FILE (.tar.gz or .zip).

    With --json: {"file", "files", "size"}.
    """
    from voicenote.engine.admin.archive import backup as backup_
    from voicenote.engine.admin.archive import is_zip
    from voicenote.wiring import open_ledger

    is_zip(file)
    session.if_stopped = "no backup was made; run the same command again when you are ready"
    with closing(open_ledger(session.settings)) as ledger:
        packed = backup_(ledger, session.home, file.absolute(), force=force)
    session.if_stopped = ""
    session.screen.show(
        packed,
        lambda: (
            f"{packed.files} files in {packed.file}, {packed.size / 2**20:.1f} MB. It holds what "
            "customers told you: keep it as safe as the workspace itself."
        ),
    )
