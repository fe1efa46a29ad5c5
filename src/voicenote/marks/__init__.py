"""Marks of synthetic speech that a program can find: a watermark and a signed manifest."""
