"""The ground: who acts, for which company, in which transaction."""
