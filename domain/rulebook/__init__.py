"""How a version of the handbook comes into the company: approved by the chain of the version in force.

It stands above approvals, which themselves ask the handbook who decides.
"""
