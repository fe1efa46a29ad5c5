"""script → clips: who says it."""
