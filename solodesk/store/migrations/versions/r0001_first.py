"""The first schema."""

from pathlib import Path

from alembic import op

from solodesk.store.schema import statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table from the frozen script of this revision."""
    script = Path(__file__).with_name("0001.sql").read_text(encoding="utf-8")
    for statement in statements(script):
        op.execute(statement)
