"""What the pages behind signed links share: how they look, and how they are asked for and answered."""
