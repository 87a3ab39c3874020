-- What every mirror table needs alike at the end of a pass. One function each: seven copies would drift apart.

-- Marks living rows as deleted: iiko no longer has them.
CREATE FUNCTION mark_menu_rows_deleted(entity text, organization text, ids text[], at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'UPDATE %I
         SET is_deleted = TRUE, deleted_at = $3, updated_at = $3
         WHERE organization_id = $1 AND id = ANY ($2) AND NOT is_deleted',
        entity
    ) USING organization, ids, at;
END
$$;

-- Moves synced_at of all living rows; those written in this pass have it already.
CREATE FUNCTION confirm_menu_rows(entity text, organization text, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'UPDATE %I SET synced_at = $2 WHERE organization_id = $1 AND NOT is_deleted AND synced_at <> $2',
        entity
    ) USING organization, at;
END
$$;
