"""What the databases themselves refuse of the audit trail.

Revision 0003 makes these rules. They stay as they are; a later rule is added beside them.
"""

_ADDED = "rows of the audit trail are only added"
_AHEAD = "the head of the audit trail only moves on"

SQLITE = (
    f"""
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, '{_ADDED}'); END
""",
    # REPLACE removes what is in its way without asking the triggers of deletion.
    f"""
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (
  SELECT 1 FROM audit WHERE practice_id = NEW.practice_id AND number = NEW.number
)
BEGIN SELECT RAISE(ABORT, '{_ADDED}'); END
""",
    f"""
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
WHEN NOT EXISTS (
  SELECT 1 FROM audit_head WHERE practice_id = OLD.practice_id AND OLD.number < kept_from
)
BEGIN SELECT RAISE(ABORT, '{_ADDED}'); END
""",
    f"""
CREATE TRIGGER audit_head_moves_on BEFORE UPDATE ON audit_head
WHEN NEW.practice_id <> OLD.practice_id OR NEW.number < OLD.number
  OR NEW.kept_from < OLD.kept_from OR NEW.kept_from > NEW.number + 1
BEGIN SELECT RAISE(ABORT, '{_AHEAD}'); END
""",
    f"""
CREATE TRIGGER audit_head_is_not_replaced BEFORE INSERT ON audit_head
WHEN EXISTS (SELECT 1 FROM audit_head WHERE practice_id = NEW.practice_id)
BEGIN SELECT RAISE(ABORT, '{_AHEAD}'); END
""",
    f"""
CREATE TRIGGER audit_head_is_not_deleted BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, '{_AHEAD}'); END
""",
)

POSTGRES = (
    f"""
CREATE OR REPLACE FUNCTION audit_is_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (
      SELECT 1 FROM audit_head head
      WHERE head.practice_id = OLD.practice_id AND OLD.number < head.kept_from
    ) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION '{_ADDED}' USING ERRCODE = 'integrity_constraint_violation';
END $$
""",
    f"""
CREATE OR REPLACE FUNCTION audit_head_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.practice_id = OLD.practice_id AND NEW.number >= OLD.number
      AND NEW.kept_from >= OLD.kept_from AND NEW.kept_from <= NEW.number + 1 THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '{_AHEAD}' USING ERRCODE = 'integrity_constraint_violation';
END $$
""",
    """
CREATE TRIGGER audit_is_only_added BEFORE UPDATE OR DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION audit_is_only_added()
""",
    """
CREATE TRIGGER audit_is_not_truncated BEFORE TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_only_added()
""",
    """
CREATE TRIGGER audit_head_moves_on BEFORE UPDATE OR DELETE ON audit_head
FOR EACH ROW EXECUTE FUNCTION audit_head_moves_on()
""",
    """
CREATE TRIGGER audit_head_is_not_truncated BEFORE TRUNCATE ON audit_head
FOR EACH STATEMENT EXECUTE FUNCTION audit_head_moves_on()
""",
)

# What dropping the tables leaves behind.
POSTGRES_GONE = (
    "DROP FUNCTION audit_is_only_added()",
    "DROP FUNCTION audit_head_moves_on()",
)
