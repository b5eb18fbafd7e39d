"""What the log is made of, without any input or output: its tree, its signed notes, its entries."""
