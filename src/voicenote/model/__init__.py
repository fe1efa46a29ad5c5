"""The values that all stages share. Pure: nothing here reads a clock, a file or a socket."""
