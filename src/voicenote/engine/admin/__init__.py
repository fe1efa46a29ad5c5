"""The workspace itself: begun, looked after, kept safe."""
