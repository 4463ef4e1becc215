"""Prices that change: announced, approved, in force on their day, and their public history."""
