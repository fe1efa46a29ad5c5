"""The judge of what a writer wrote: what the words claim must stand in the case."""
