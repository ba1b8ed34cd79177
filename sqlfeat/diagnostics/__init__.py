"""What can go wrong: codes, places, carets, suggestions."""
