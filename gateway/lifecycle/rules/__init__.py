"""What officers may do with an agreement, what is due when, and what a signature over one is. Pure."""
