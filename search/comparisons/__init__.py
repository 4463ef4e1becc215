"""Offers side by side, and what one's own month would cost with each of them."""
