"""Small faults put into the code by chance: which of them do the tests near by not notice?"""
