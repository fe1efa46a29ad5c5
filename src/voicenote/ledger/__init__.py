"""The ledger: the database of cases, messages and promises, with its history."""
