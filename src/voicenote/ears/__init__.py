"""Ears: hear what is said in a sound."""
