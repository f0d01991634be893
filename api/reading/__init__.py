"""The reader: one GraphQL operation becomes one SQL statement, whose JSON goes out as it comes.

`mapping` is what a GraphQL type says of its rows; `documents` parses, checks and costs a document once; `planning`,
`pages` and `filters` turn its selections into SQLAlchemy's statement; `running` runs it; `plain` lets strawberry
execute the same types row by row, for what the planner doesn't know and for the tests that compare the two.
"""
