"""What every command shares: the screen, options, reports, input."""
