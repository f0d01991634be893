"""What customers' people see and do by themselves: their own side of what others work on, and nothing else."""
