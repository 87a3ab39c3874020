-- A page of products is in the order of names; without the index every page sorts the whole table.
CREATE INDEX products_name_idx ON products (name, id, organization_id);
