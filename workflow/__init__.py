"""What an order may go through: facts that server and client share, and nothing else."""
