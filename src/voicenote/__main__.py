"""``python -m voicenote`` is ``voicenote``."""

from voicenote.cli import main

if __name__ == "__main__":
    main()
