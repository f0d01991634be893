"""Pure rules of approvals: states and moves, who sits in a step, and what the decisions of a step amount to."""
