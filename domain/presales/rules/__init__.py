"""Pure decisions about quotations."""
