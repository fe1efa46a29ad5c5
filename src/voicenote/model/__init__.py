"""The values that all stages speak. Pure: nothing here reads a clock, a file or a socket."""
