"""Where all is kept, with the history of it."""
