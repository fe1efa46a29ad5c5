"""Say sorry in your own voice, and keep the promise."""
