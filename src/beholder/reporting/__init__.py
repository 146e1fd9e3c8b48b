"""What was evaluated as one HTML file for people who were not there: gathered, said, drawn."""
