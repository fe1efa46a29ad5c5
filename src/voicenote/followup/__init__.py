"""receipts + answers → what next."""
