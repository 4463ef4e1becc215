"""Who is approved: open to everybody."""
