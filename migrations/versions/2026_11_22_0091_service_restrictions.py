"""Billing: steps of a ladder restrict the customer's service"""

from alembic import op

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE dunning_steps
            ADD COLUMN restricts varchar(40),
            ADD CONSTRAINT ck_dunning_steps_servicerestriction CHECK (restricts IN ('lowest_priority', 'no_requests'))
        """
    )
