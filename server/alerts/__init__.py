"""What is wrong, found by rules; who was told; what was done about it."""
