"""What a witness reads, how it judges and what it signs, without any input or output."""
