"""case → script: the words that repair."""
