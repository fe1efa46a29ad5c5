"""The pass: what comes in, what leaves, and who turns it."""
