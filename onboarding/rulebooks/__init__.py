"""What an organiser requires, as versioned data."""
