"""6. Settlement and payment: what an organiser owes each provider for a time, and how it gets into their bank accounts."""
