"""From words to a memo: drafted, checked, spoken, put together."""
