"""Work on cases: import, triage, promises, approval, answers and closing."""
