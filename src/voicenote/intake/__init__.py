"""complaint → case: read what a helpdesk, a sheet or a person gives, and check all of it."""
