"""What is asked for, who decides, and what was decided."""
