"""The history of the tables, one dated step a file."""
