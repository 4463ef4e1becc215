"""What is kept of an application, and for how long."""
