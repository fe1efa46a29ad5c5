"""Follow-up rules, all pure: from receipts and answers to what happens next."""
