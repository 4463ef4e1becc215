"""What was approved, until when, and what became of it."""
