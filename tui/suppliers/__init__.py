"""What suppliers offer: looking them up, what a quantity costs, how long they really take."""
