"""What engines read by: a plan of partitions, and what each of them brings."""
