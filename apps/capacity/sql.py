"""The statements that change capacity: each is one round trip, because what costs is waiting under a row's lock.

Lock order everywhere: holds by id, then pools by resource. Every statement of a function sees what is committed when it
begins, so what is read after waiting for a lock is the present. A change of these functions is a new migration.
"""

HOLD_ALL = """
CREATE OR REPLACE FUNCTION capacity_hold_all(
    p_owner text, p_resources text[], p_quantities int[], p_until timestamptz, p_instead text[], p_now timestamptz
) RETURNS TABLE (lacking text, wanted int, free int) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM capacity_hold h WHERE h.owner = ANY (p_instead || p_owner) AND h.state IN ('held', 'taken')
        ORDER BY h.id FOR UPDATE;
    PERFORM 1 FROM capacity_pool p WHERE p.resource = ANY (p_resources) ORDER BY p.resource FOR UPDATE;
    IF EXISTS (
        SELECT 1 FROM unnest(p_resources, p_quantities) AS w (resource, quantity)
        JOIN capacity_pool p ON p.resource = w.resource
        JOIN capacity_hold h ON h.pool_id = p.id AND h.owner = p_owner AND h.state IN ('held', 'taken')
        WHERE h.quantity <> w.quantity
    ) THEN
        RAISE EXCEPTION 'another quantity is held' USING ERRCODE = '23514', CONSTRAINT = 'hold_other_quantity';
    END IF;
    -- What the owner holds already is kept; what it holds under another name counts as free for it.
    RETURN QUERY
        SELECT w.resource, w.quantity, v.free FROM unnest(p_resources, p_quantities) AS w (resource, quantity)
        LEFT JOIN capacity_pool p ON p.resource = w.resource
        CROSS JOIN LATERAL (SELECT (CASE WHEN p.id IS NULL OR p.closed THEN 0
                ELSE p.total - p.held - p.taken - p.used END + coalesce(sum(h.quantity), 0))::int AS free
            FROM capacity_hold h
            WHERE h.pool_id = p.id AND h.owner = ANY (p_instead) AND h.state IN ('held', 'taken')) v
        WHERE v.free < w.quantity AND NOT EXISTS (SELECT 1 FROM capacity_hold h
            WHERE h.pool_id = p.id AND h.owner = p_owner AND h.state IN ('held', 'taken'))
        ORDER BY w.resource;
    IF FOUND THEN
        RETURN;
    END IF;
    IF cardinality(p_instead) > 0 THEN
        PERFORM capacity_end(array_agg(h.id), 'released', 'release', '', NULL, p_now) FROM capacity_hold h
            JOIN capacity_pool p ON p.id = h.pool_id
            WHERE p.resource = ANY (p_resources) AND h.owner = ANY (p_instead) AND h.state IN ('held', 'taken')
            HAVING count(*) > 0;
    END IF;
    WITH fresh AS (
        SELECT p.id, w.quantity FROM unnest(p_resources, p_quantities) AS w (resource, quantity)
        JOIN capacity_pool p ON p.resource = w.resource
        WHERE NOT EXISTS (SELECT 1 FROM capacity_hold h
            WHERE h.pool_id = p.id AND h.owner = p_owner AND h.state IN ('held', 'taken'))
    ), moved AS (
        UPDATE capacity_pool p SET held = p.held + fresh.quantity FROM fresh WHERE p.id = fresh.id
    ), written AS (
        INSERT INTO capacity_movement
            (pool_id, kind, owner, total_change, held_change, taken_change, used_change, reason, at)
            SELECT id, 'hold', p_owner, 0, quantity, 0, 0, '', p_now FROM fresh
    )
    INSERT INTO capacity_hold (pool_id, owner, quantity, state, until, created_at, changed_at)
        SELECT id, p_owner, quantity, 'held', p_until, p_now, p_now FROM fresh;
END $$;
"""

END = """
CREATE OR REPLACE FUNCTION capacity_end(
    p_ids bigint[], p_to text, p_kind text, p_reason text, p_user bigint, p_now timestamptz
) RETURNS TABLE (resource text, quantity int) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    -- The caller has locked the holds.
    PERFORM 1 FROM capacity_pool p
        WHERE p.id IN (SELECT h.pool_id FROM capacity_hold h WHERE h.id = ANY (p_ids))
        ORDER BY p.resource FOR UPDATE;
    INSERT INTO capacity_movement
        (pool_id, kind, owner, total_change, held_change, taken_change, used_change, reason, user_id, at)
        SELECT h.pool_id, p_kind, h.owner, 0,
            CASE WHEN h.state = 'held' THEN -h.quantity ELSE 0 END,
            CASE WHEN h.state = 'taken' THEN -h.quantity ELSE 0 END
                + CASE WHEN p_to = 'taken' THEN h.quantity ELSE 0 END,
            CASE WHEN p_to = 'used' THEN h.quantity ELSE 0 END, p_reason, p_user, p_now
        FROM capacity_hold h WHERE h.id = ANY (p_ids) ORDER BY h.id;
    UPDATE capacity_pool p SET
        held = p.held - s.held,
        taken = p.taken - s.taken + CASE WHEN p_to = 'taken' THEN s.units ELSE 0 END,
        used = p.used + CASE WHEN p_to = 'used' THEN s.units ELSE 0 END
        FROM (SELECT h.pool_id, sum(h.quantity)::int AS units,
                coalesce(sum(h.quantity) FILTER (WHERE h.state = 'held'), 0)::int AS held,
                coalesce(sum(h.quantity) FILTER (WHERE h.state = 'taken'), 0)::int AS taken
            FROM capacity_hold h WHERE h.id = ANY (p_ids) GROUP BY h.pool_id) s
        WHERE p.id = s.pool_id;
    UPDATE capacity_hold h SET state = p_to, changed_at = p_now,
            until = CASE WHEN p_to = 'taken' THEN NULL ELSE h.until END
        WHERE h.id = ANY (p_ids);
    RETURN QUERY SELECT p.resource::text, h.quantity FROM capacity_hold h JOIN capacity_pool p ON p.id = h.pool_id
        WHERE h.id = ANY (p_ids) ORDER BY p.resource;
END $$;
"""

MOVE = """
CREATE OR REPLACE FUNCTION capacity_move(
    p_owner text, p_only text, p_resource text, p_from text[], p_to text, p_kind text, p_reason text, p_user bigint,
    p_now timestamptz
) RETURNS TABLE (resource text, quantity int) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    ids bigint[];
BEGIN
    ids := ARRAY(SELECT h.id FROM capacity_hold h JOIN capacity_pool p ON p.id = h.pool_id
        WHERE h.owner = p_owner AND h.state = ANY (p_from) AND p_only IN ('', split_part(p.resource, ':', 1))
            AND p_resource IN ('', p.resource)
        ORDER BY h.id FOR UPDATE OF h);
    IF cardinality(ids) > 0 THEN
        RETURN QUERY SELECT * FROM capacity_end(ids, p_to, p_kind, p_reason, p_user, p_now);
    END IF;
END $$;
"""

EXPIRE = """
CREATE OR REPLACE FUNCTION capacity_expire(p_limit int, p_now timestamptz)
RETURNS TABLE (resource text, quantity int) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    ids bigint[];
BEGIN
    ids := ARRAY(SELECT h.id FROM capacity_hold h WHERE h.state = 'held' AND h.until <= p_now
        ORDER BY h.until, h.id LIMIT p_limit FOR UPDATE SKIP LOCKED);
    IF cardinality(ids) > 0 THEN
        RETURN QUERY SELECT * FROM capacity_end(ids, 'expired', 'expire', '', NULL, p_now);
    END IF;
END $$;
"""

APPEND_ONLY = """
CREATE OR REPLACE FUNCTION capacity_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'capacity movements are never changed'
        USING ERRCODE = '23514', CONSTRAINT = 'capacity_movement_append_only';
END $$;
CREATE TRIGGER capacity_movement_append_only BEFORE UPDATE OR DELETE ON capacity_movement
    FOR EACH ROW EXECUTE FUNCTION capacity_append_only();
"""

FUNCTIONS = (HOLD_ALL, END, MOVE, EXPIRE)

UNDO = """
DROP TRIGGER IF EXISTS capacity_movement_append_only ON capacity_movement;
DROP FUNCTION IF EXISTS capacity_append_only();
DROP FUNCTION IF EXISTS capacity_expire(int, timestamptz);
DROP FUNCTION IF EXISTS capacity_move(text, text, text, text[], text, text, text, bigint, timestamptz);
DROP FUNCTION IF EXISTS capacity_end(bigint[], text, text, text, bigint, timestamptz);
DROP FUNCTION IF EXISTS capacity_hold_all(text, text[], int[], timestamptz, text[], timestamptz);
"""

# Balances that are not what their movements add up to, and not what their holds add up to.
PROVE = """
SELECT p.resource, p.total, p.held, p.taken, p.used, m.total, m.held, m.taken, m.used, h.held, h.taken, h.used
FROM capacity_pool p
LEFT JOIN LATERAL (SELECT coalesce(sum(total_change), 0)::bigint AS total, coalesce(sum(held_change), 0)::bigint AS held,
        coalesce(sum(taken_change), 0)::bigint AS taken, coalesce(sum(used_change), 0)::bigint AS used
    FROM capacity_movement WHERE pool_id = p.id) m ON true
LEFT JOIN LATERAL (SELECT coalesce(sum(quantity) FILTER (WHERE state = 'held'), 0)::bigint AS held,
        coalesce(sum(quantity) FILTER (WHERE state = 'taken'), 0)::bigint AS taken,
        coalesce(sum(quantity) FILTER (WHERE state = 'used'), 0)::bigint AS used
    FROM capacity_hold WHERE pool_id = p.id) h ON true
WHERE (p.total, p.held, p.taken, p.used) IS DISTINCT FROM (m.total, m.held, m.taken, m.used)
    OR (p.held, p.taken, p.used) IS DISTINCT FROM (h.held, h.taken, h.used)
ORDER BY p.resource
"""
