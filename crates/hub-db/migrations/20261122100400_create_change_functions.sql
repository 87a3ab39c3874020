-- The field-by-field record of what a sync changes: a snapshot of the rows before, the differences after.

-- The rows of one mirror table as they are, by id.
CREATE FUNCTION menu_snapshot(entity text, organization text, ids text[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    snapshot jsonb;
BEGIN
    EXECUTE format(
        'SELECT COALESCE(jsonb_object_agg(mirrored.id, to_jsonb(mirrored)), ''{}'')
         FROM %I AS mirrored
         WHERE mirrored.organization_id = $1 AND mirrored.id = ANY ($2)',
        entity
    ) INTO snapshot USING organization, ids;
    IF entity IN ('products', 'modifiers') THEN
        -- the prices of the sizes belong to the product that a reader asks about
        SELECT COALESCE(jsonb_object_agg(
            row.key,
            row.value || jsonb_build_object('sizes', (
                SELECT jsonb_object_agg(COALESCE(size.size_id, ''), size.price)
                FROM product_sizes AS size
                WHERE size.organization_id = organization AND size.product_id = row.key AND NOT size.is_deleted
            ))
        ), '{}')
        INTO snapshot
        FROM jsonb_each(snapshot) AS row;
    END IF;
    RETURN snapshot;
END
$$;

-- Writes the differences between a snapshot and the rows of today into menu_changes.
CREATE FUNCTION record_menu_changes(entity text, organization text, ids text[], before jsonb, run uuid, at timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    ignored text[] := ARRAY['organization_id', 'id', 'created_at', 'updated_at', 'synced_at', 'deleted_at', 'is_deleted', 'local_fields'];
BEGIN
    INSERT INTO menu_changes (organization_id, entity, entity_id, change, run_id, changed_at)
    SELECT organization, entity, came.id, 'created', run, at
    FROM unnest(ids) AS came (id)
    WHERE NOT before ? came.id;

    IF before = '{}' THEN
        RETURN;
    END IF;

    INSERT INTO menu_changes (organization_id, entity, entity_id, change, field, old_value, new_value, run_id, changed_at)
    SELECT
        organization,
        entity,
        after.key,
        CASE
            WHEN field.key <> 'is_deleted' THEN 'changed'
            WHEN field.value = 'true' THEN 'deleted'
            ELSE 'restored'
        END,
        NULLIF(field.key, 'is_deleted'),
        CASE WHEN field.key <> 'is_deleted' THEN before -> after.key -> field.key END,
        CASE WHEN field.key <> 'is_deleted' THEN field.value END,
        run,
        at
    FROM jsonb_each(menu_snapshot(entity, organization, ids)) AS after
    CROSS JOIN LATERAL jsonb_each(after.value) AS field
    WHERE before ? after.key
        AND (field.key = 'is_deleted' OR field.key <> ALL (ignored))
        AND field.value IS DISTINCT FROM before -> after.key -> field.key;
END
$$;

-- Sets is_available of all products and modifiers of an organization by what is stopped in its awake terminal groups.
CREATE FUNCTION refresh_availability(organization text, run uuid, at timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    awake bigint;
    touched bigint := 0;
    rows bigint;
    entity text;
BEGIN
    SELECT count(*) INTO awake FROM awake_terminal_groups WHERE organization_id = organization;
    FOREACH entity IN ARRAY ARRAY['products', 'modifiers'] LOOP
        EXECUTE format(
            'WITH stopped AS (
                 SELECT stop.product_id AS id
                 FROM product_stops AS stop
                 JOIN awake_terminal_groups AS awake USING (organization_id, terminal_group_id)
                 WHERE stop.organization_id = $1
                 GROUP BY stop.product_id
                 HAVING count(*) >= $2
             ),
             changed AS (
                 UPDATE %1$I AS mirrored
                 SET is_available = NOT mirrored.is_available, updated_at = $4
                 WHERE mirrored.organization_id = $1
                     AND mirrored.is_available = EXISTS (SELECT 1 FROM stopped WHERE stopped.id = mirrored.id)
                 RETURNING mirrored.id, mirrored.is_available
             )
             INSERT INTO menu_changes (organization_id, entity, entity_id, change, field, old_value, new_value, run_id, changed_at)
             SELECT $1, %1$L, id, ''changed'', ''is_available'', to_jsonb(NOT is_available), to_jsonb(is_available), $3, $4
             FROM changed',
            entity
        ) USING organization, awake, run, at;
        GET DIAGNOSTICS rows = ROW_COUNT;
        touched := touched + rows;
    END LOOP;
    RETURN touched;
END
$$;
