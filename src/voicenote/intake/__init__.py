"""complaint → case: reading and checking complaints from helpdesks, spreadsheets and people."""
