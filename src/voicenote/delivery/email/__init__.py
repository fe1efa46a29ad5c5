"""The channel email: SMTP out, IMAP in."""
