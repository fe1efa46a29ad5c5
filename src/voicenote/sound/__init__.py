"""Sound: join clips into a memo, set its loudness, encode it, and caption it."""
