"""What constraints cannot say: entries balance, wallets move with their postings, and nothing is rewritten."""

from django.db import migrations

BALANCED = """
CREATE FUNCTION ledger_entry_is_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wanted bigint := CASE TG_TABLE_NAME WHEN 'ledger_entry' THEN (to_jsonb(NEW)->>'id')::bigint
                                      ELSE (to_jsonb(NEW)->>'entry_id')::bigint END;
  counted integer;
  size integer;
  uneven integer;
BEGIN
  SELECT e.size INTO size FROM ledger_entry e WHERE e.id = wanted;
  SELECT coalesce(sum(n), 0), count(*) FILTER (WHERE total <> 0) INTO counted, uneven
  FROM (SELECT count(*) AS n, sum(p.amount) AS total FROM ledger_posting p
        JOIN ledger_account a ON a.id = p.account_id WHERE p.entry_id = wanted GROUP BY a.currency) AS by_currency;
  IF uneven > 0 THEN
    RAISE EXCEPTION 'entry % does not sum to zero', wanted
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_entry_balanced';
  END IF;
  IF counted <> size THEN
    RAISE EXCEPTION 'entry % has % postings, not %', wanted, counted, size
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_entry_complete';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_is_balanced();
CREATE CONSTRAINT TRIGGER ledger_posting_balanced AFTER INSERT ON ledger_posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_is_balanced();
"""
NOT_BALANCED = """
DROP TRIGGER ledger_posting_balanced ON ledger_posting; DROP TRIGGER ledger_entry_balanced ON ledger_entry;
DROP FUNCTION ledger_entry_is_balanced();
"""
APPEND_ONLY = """
CREATE FUNCTION ledger_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is history' USING ERRCODE = '23514', CONSTRAINT = 'ledger_append_only';
END $$;
CREATE TRIGGER ledger_entry_is_history BEFORE UPDATE OR DELETE ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION ledger_is_history();
CREATE TRIGGER ledger_posting_is_history BEFORE UPDATE OR DELETE ON ledger_posting
  FOR EACH ROW EXECUTE FUNCTION ledger_is_history();
"""
NOT_APPEND_ONLY = """
DROP TRIGGER ledger_posting_is_history ON ledger_posting; DROP TRIGGER ledger_entry_is_history ON ledger_entry;
DROP FUNCTION ledger_is_history();
"""
# A posting moves its wallet under the wallet's row lock, so CHECK (balance >= 0) holds however many spend at once; nothing
# else moves it (the trigger's own update runs one level deeper than anybody's statement).
WALLETS = """
CREATE FUNCTION ledger_move_wallet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ledger_account SET balance = balance + NEW.amount WHERE id = NEW.account_id AND guarded;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_move_wallet AFTER INSERT ON ledger_posting FOR EACH ROW EXECUTE FUNCTION ledger_move_wallet();
CREATE FUNCTION ledger_wallet_moves_by_posting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION 'an account is moved by postings' USING ERRCODE = '23514', CONSTRAINT = 'ledger_append_only';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_wallet_moves_by_posting BEFORE UPDATE OR DELETE ON ledger_account
  FOR EACH ROW EXECUTE FUNCTION ledger_wallet_moves_by_posting();
"""
NO_WALLETS = """
DROP TRIGGER ledger_wallet_moves_by_posting ON ledger_account; DROP FUNCTION ledger_wallet_moves_by_posting();
DROP TRIGGER ledger_move_wallet ON ledger_posting; DROP FUNCTION ledger_move_wallet();
"""
# Before the first number of a statement is drawn: whoever holds the lock alone knows that no lower number is on its way.
SHARED = """
CREATE FUNCTION ledger_posting_is_shared() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtext('ledger_snapshot'));
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_posting_is_shared BEFORE INSERT ON ledger_posting
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_posting_is_shared();
"""
NOT_SHARED = "DROP TRIGGER ledger_posting_is_shared ON ledger_posting; DROP FUNCTION ledger_posting_is_shared();"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(BALANCED, NOT_BALANCED),
        migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY),
        migrations.RunSQL(WALLETS, NO_WALLETS),
        migrations.RunSQL(SHARED, NOT_SHARED),
    ]
