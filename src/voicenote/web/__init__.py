"""Pages for a browser: what a demo did."""
