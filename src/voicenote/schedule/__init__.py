"""case + plan → touches: when, in the customer's own clock."""
