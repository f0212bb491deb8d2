"""What server and client share: what an order may go through, the order in which shelves are walked; nothing else."""
