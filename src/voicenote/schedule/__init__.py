"""Schedules: from a case and a plan to message times, in the customer's local time."""
