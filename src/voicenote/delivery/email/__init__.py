"""The email channel: SMTP for sending, IMAP for what comes back."""
