"""case → script: composing what will be said."""
