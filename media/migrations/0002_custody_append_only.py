"""Custody entries are written once: the database itself refuses to change or remove one.

SQLite drops a table's triggers when Django rebuilds the table to alter it. A migration that alters
CustodyEntry has to run INSTALL again; tests/media/test_custody.py sees to it.
"""

from django.db import migrations

TABLE = "media_custodyentry"
SENTENCE = "custody entries are append-only"

INSTALL = {
    "sqlite": [
        f"CREATE TRIGGER custody_refuses_{verb.lower()} BEFORE {verb} ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE FUNCTION custody_refuses() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation'; "
        "END $$",
        f"CREATE TRIGGER custody_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION custody_refuses()",
    ],
}
REMOVE = {
    "sqlite": [
        "DROP TRIGGER IF EXISTS custody_refuses_update",
        "DROP TRIGGER IF EXISTS custody_refuses_delete",
    ],
    "postgresql": [
        f"DROP TRIGGER custody_append_only ON {TABLE}",
        "DROP FUNCTION custody_refuses()",
    ],
}


def install(apps, schema_editor) -> None:
    for statement in INSTALL[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def remove(apps, schema_editor) -> None:
    for statement in REMOVE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("media", "0001_first_tables")]
    operations = [migrations.RunPython(install, remove)]
