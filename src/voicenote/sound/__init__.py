"""clips → memo: joined, levelled, encoded, captioned."""
