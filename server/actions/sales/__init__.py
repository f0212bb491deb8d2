"""Sales: the lines that were sold, the reports and sums made of them, the demand, and what is read from them."""
