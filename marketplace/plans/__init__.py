"""Plans: an organiser's clients, and what each client's plan says is needed. Vouchers are granted from an active plan."""
