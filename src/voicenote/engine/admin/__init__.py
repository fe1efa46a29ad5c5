"""Care of the workspace itself: set-up, health, backup and restore, demo, and the schedule."""
