"""One case: taken in, judged, promised, answered, closed."""
