"""Return visits: one for each step of a request, and of a complaint"""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # An archive's rows arrive before what they point at, and are told apart then too.
    op.drop_constraint("uq_return_visits_tenant_id_request_id_complaint_id_step", "return_visits")
    for case in ("request_id", "complaint_id"):
        name = op.f(f"uq_return_visits_tenant_id_{case}_step")
        op.create_unique_constraint(name, "return_visits", ["tenant_id", case, "step"])
