"""Writers: what turns the facts of a case into words, and what the facts are."""
