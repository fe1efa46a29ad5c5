"""From words to a memo: draft, check, speak, record, render and play."""
