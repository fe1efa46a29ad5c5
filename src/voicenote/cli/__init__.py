"""The face at the terminal: commands parse, call and render; they decide nothing."""


def main() -> None:
    """Run ``voicenote`` with the process's own words and streams, and leave with its exit code."""
    from voicenote.cli.app import voicenote
    from voicenote.files import set_umask

    set_umask()
    voicenote()
