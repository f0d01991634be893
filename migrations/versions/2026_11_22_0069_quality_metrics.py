"""Further metrics of quality: never reopened, resolved at first contact, resolved of all that were open"""

from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

METRICS = "resolved_in_time response_in_time satisfaction without_complaint not_reopened first_contact resolved"


def upgrade() -> None:
    metrics = ", ".join(f"'{metric}'" for metric in METRICS.split())
    op.execute("ALTER TABLE quality_results DROP CONSTRAINT ck_quality_results_metric")
    op.execute(f"ALTER TABLE quality_results ADD CONSTRAINT ck_quality_results_metric CHECK (metric IN ({metrics}))")
