"""A shop in which anybody does anything: its acts, the promises that hold after each, and crashes in the middle of them."""
