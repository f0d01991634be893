"""The page behind a link by which a customer confirms a document, or says what should be different."""
