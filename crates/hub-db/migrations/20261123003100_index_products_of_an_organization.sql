-- A page of one restaurant of many must not walk the rows of all.
CREATE INDEX products_organization_name_idx ON products (organization_id, name, id) WHERE NOT is_deleted;
