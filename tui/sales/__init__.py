"""What was sold: the sums, their figures and small pictures, and where they are asked for. Nothing here paints."""
