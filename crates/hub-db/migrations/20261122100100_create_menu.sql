-- The mirror of the menu. Row identity is (organization_id, id), id being iiko's own GUID as lower-case text.
--
-- A column that a person may change stands beside an iiko_* column with iiko's own value; local_fields names the
-- columns a person has set. Mirrors have no foreign keys among themselves.

CREATE TABLE categories (
    organization_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    -- null: a root of the tree
    parent_id text COLLATE "C",
    name text COLLATE "ru-x-icu" NOT NULL,
    description text,
    code text COLLATE "C",
    -- free text of iikoOffice; JSON flags in it become the columns below
    additional_info text,
    minimal_sum boolean,
    discount boolean,
    labels_ids integer[] NOT NULL DEFAULT '{}',
    recommend boolean NOT NULL DEFAULT FALSE,
    -- the owner's wish
    is_visible boolean NOT NULL DEFAULT TRUE,
    -- iiko's word
    is_in_menu boolean NOT NULL DEFAULT TRUE,
    sort_order integer NOT NULL,
    iiko_sort_order integer NOT NULL,
    image_urls text[] NOT NULL DEFAULT '{}',
    iiko_image_urls text[] NOT NULL DEFAULT '{}',
    tags text[] NOT NULL DEFAULT '{}',
    iiko_tags text[] NOT NULL DEFAULT '{}',
    seo_title text,
    iiko_seo_title text,
    seo_description text,
    iiko_seo_description text,
    seo_text text,
    iiko_seo_text text,
    seo_keywords text,
    iiko_seo_keywords text,
    local_fields text[] NOT NULL DEFAULT '{}',
    is_deleted boolean NOT NULL DEFAULT FALSE,
    -- null while it lives
    deleted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    -- the last sync that confirmed the row
    synced_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
) WITH (fillfactor = 50);

CREATE TABLE products (
    organization_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    -- the first folder it stands in; product_categories has all
    category_id text COLLATE "C",
    -- the stock folder of iikoOffice, not a category
    group_id text COLLATE "C",
    -- "product category" of iiko: cooking place type, reports
    product_category_id text COLLATE "C",
    -- iiko's word, any case: Dish, Good, Service
    type text NOT NULL,
    -- Product or Compound
    order_item_type text,
    name text COLLATE "ru-x-icu" NOT NULL,
    description text,
    code text COLLATE "C",
    sku text COLLATE "C",
    measure_unit text,
    additional_info text,
    minimal_sum boolean,
    discount boolean,
    labels_ids integer[] NOT NULL DEFAULT '{}',
    recommend boolean NOT NULL DEFAULT FALSE,
    -- roubles; of the default size, else of the first
    price numeric,
    -- kilograms per portion, as typed in iiko
    weight numeric,
    -- per 100 g
    energy_value numeric,
    fats numeric,
    proteins numeric,
    carbs numeric,
    -- per portion
    energy_value_full numeric,
    fats_full numeric,
    proteins_full numeric,
    carbs_full numeric,
    splittable boolean NOT NULL DEFAULT FALSE,
    -- sold by weight
    use_balance_for_sell boolean NOT NULL DEFAULT FALSE,
    can_set_open_price boolean NOT NULL DEFAULT FALSE,
    do_not_print_in_cheque boolean NOT NULL DEFAULT FALSE,
    payment_subject text,
    modifier_schema_id text COLLATE "C",
    modifier_schema_name text,
    -- the owner's wish
    is_visible boolean NOT NULL DEFAULT TRUE,
    -- iiko's word: any of its sizes is in the menu
    is_in_menu boolean NOT NULL DEFAULT TRUE,
    -- false: stopped in every awake terminal group
    is_available boolean NOT NULL DEFAULT TRUE,
    sort_order integer NOT NULL,
    iiko_sort_order integer NOT NULL,
    image_urls text[] NOT NULL DEFAULT '{}',
    iiko_image_urls text[] NOT NULL DEFAULT '{}',
    tags text[] NOT NULL DEFAULT '{}',
    iiko_tags text[] NOT NULL DEFAULT '{}',
    seo_title text,
    iiko_seo_title text,
    seo_description text,
    iiko_seo_description text,
    seo_text text,
    iiko_seo_text text,
    seo_keywords text,
    iiko_seo_keywords text,
    local_fields text[] NOT NULL DEFAULT '{}',
    is_deleted boolean NOT NULL DEFAULT FALSE,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    synced_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
) WITH (fillfactor = 50);
CREATE INDEX products_category_idx ON products (organization_id, category_id);

-- Every folder a product stands in: one id may stand twice in an answer. Modifiers stand in their modifier group.
CREATE TABLE product_categories (
    organization_id text COLLATE "C" NOT NULL,
    product_id text COLLATE "C" NOT NULL,
    -- null: it stands in no folder
    category_id text COLLATE "C",
    -- of this place; products.sort_order has the first place's
    sort_order integer NOT NULL,
    image_urls text[] NOT NULL DEFAULT '{}',
    -- place in iiko's answer, from 0
    position integer NOT NULL,
    is_deleted boolean NOT NULL DEFAULT FALSE,
    deleted_at timestamptz,
    CONSTRAINT product_categories_key UNIQUE NULLS NOT DISTINCT (organization_id, product_id, category_id)
);
CREATE INDEX product_categories_category_idx ON product_categories (organization_id, category_id);

-- A row for every price of a product or modifier.
CREATE TABLE product_sizes (
    organization_id text COLLATE "C" NOT NULL,
    product_id text COLLATE "C" NOT NULL,
    -- null: the product has no sizes
    size_id text COLLATE "C",
    name text COLLATE "ru-x-icu",
    priority integer,
    is_default boolean NOT NULL DEFAULT FALSE,
    price numeric,
    is_in_menu boolean NOT NULL DEFAULT TRUE,
    -- announced change of price; next_price_date is the restaurant's local time
    next_price numeric,
    next_is_in_menu boolean,
    next_price_date timestamp,
    -- place in iiko's answer, from 0
    position integer NOT NULL,
    is_deleted boolean NOT NULL DEFAULT FALSE,
    deleted_at timestamptz,
    CONSTRAINT product_sizes_key UNIQUE NULLS NOT DISTINCT (organization_id, product_id, size_id)
);

CREATE TABLE modifier_groups (
    organization_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    parent_id text COLLATE "C",
    name text COLLATE "ru-x-icu" NOT NULL,
    description text,
    code text COLLATE "C",
    is_in_menu boolean NOT NULL DEFAULT TRUE,
    is_visible boolean NOT NULL DEFAULT TRUE,
    sort_order integer NOT NULL,
    iiko_sort_order integer NOT NULL,
    local_fields text[] NOT NULL DEFAULT '{}',
    is_deleted boolean NOT NULL DEFAULT FALSE,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    synced_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
) WITH (fillfactor = 50);

CREATE TABLE modifiers (
    organization_id text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    -- the modifier group it stands in
    group_id text COLLATE "C",
    name text COLLATE "ru-x-icu" NOT NULL,
    description text,
    code text COLLATE "C",
    measure_unit text,
    price numeric,
    weight numeric,
    energy_value numeric,
    fats numeric,
    proteins numeric,
    carbs numeric,
    energy_value_full numeric,
    fats_full numeric,
    proteins_full numeric,
    carbs_full numeric,
    is_available boolean NOT NULL DEFAULT TRUE,
    is_visible boolean NOT NULL DEFAULT TRUE,
    sort_order integer NOT NULL,
    iiko_sort_order integer NOT NULL,
    image_urls text[] NOT NULL DEFAULT '{}',
    iiko_image_urls text[] NOT NULL DEFAULT '{}',
    local_fields text[] NOT NULL DEFAULT '{}',
    is_deleted boolean NOT NULL DEFAULT FALSE,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    synced_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
) WITH (fillfactor = 50);

-- Which modifier groups a product has, and how many must and may be chosen.
CREATE TABLE product_modifier_groups (
    organization_id text COLLATE "C" NOT NULL,
    product_id text COLLATE "C" NOT NULL,
    modifier_group_id text COLLATE "C" NOT NULL,
    min_amount numeric NOT NULL,
    max_amount numeric NOT NULL,
    default_amount numeric,
    -- how many are free of charge
    free_amount numeric,
    is_required boolean NOT NULL,
    -- false: the limits of the single modifiers do not count, those of the group do
    child_limits_apply boolean NOT NULL DEFAULT FALSE,
    hide_if_default boolean NOT NULL DEFAULT FALSE,
    splittable boolean NOT NULL DEFAULT FALSE,
    position integer NOT NULL,
    is_deleted boolean NOT NULL DEFAULT FALSE,
    deleted_at timestamptz,
    PRIMARY KEY (organization_id, product_id, modifier_group_id)
);

-- Which modifiers a product has, in a group or simple ones.
CREATE TABLE product_modifiers (
    organization_id text COLLATE "C" NOT NULL,
    product_id text COLLATE "C" NOT NULL,
    -- null: a simple modifier, in no group
    modifier_group_id text COLLATE "C",
    modifier_id text COLLATE "C" NOT NULL,
    min_amount numeric NOT NULL,
    -- 0 with child_limits_apply = false: no limit of its own
    max_amount numeric NOT NULL,
    default_amount numeric,
    free_amount numeric,
    is_required boolean NOT NULL,
    hide_if_default boolean NOT NULL DEFAULT FALSE,
    splittable boolean NOT NULL DEFAULT FALSE,
    position integer NOT NULL,
    is_deleted boolean NOT NULL DEFAULT FALSE,
    deleted_at timestamptz,
    CONSTRAINT product_modifiers_key
        UNIQUE NULLS NOT DISTINCT (organization_id, product_id, modifier_group_id, modifier_id)
);
CREATE INDEX product_modifiers_modifier_idx ON product_modifiers (organization_id, modifier_id);

CREATE TABLE combos (
    organization_id text COLLATE "C" NOT NULL,
    -- sourceActionId of the loyalty program
    id text COLLATE "C" NOT NULL,
    category_id text COLLATE "C",
    category_name text COLLATE "ru-x-icu",
    name text COLLATE "ru-x-icu" NOT NULL,
    -- 0 fixed price of the combo, 1 fixed price of a position, 2 discount on the cheapest, 3 on the dearest, 4 percent
    price_modification_type integer,
    -- the fixed price where price_modification_type is 0; else the modification, in roubles or percent
    price numeric,
    is_active boolean NOT NULL DEFAULT TRUE,
    start_date timestamp,
    expiration_date timestamp,
    include_modifiers boolean,
    is_visible boolean NOT NULL DEFAULT TRUE,
    sort_order integer NOT NULL,
    iiko_sort_order integer NOT NULL,
    local_fields text[] NOT NULL DEFAULT '{}',
    is_deleted boolean NOT NULL DEFAULT FALSE,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    synced_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
) WITH (fillfactor = 50);

CREATE TABLE combo_items (
    organization_id text COLLATE "C" NOT NULL,
    combo_id text COLLATE "C" NOT NULL,
    group_id text COLLATE "C" NOT NULL,
    group_name text COLLATE "ru-x-icu",
    is_main_group boolean NOT NULL DEFAULT FALSE,
    skip_step boolean NOT NULL DEFAULT FALSE,
    product_id text COLLATE "C" NOT NULL,
    size_id text COLLATE "C",
    price_modification numeric,
    forbidden_modifiers text[] NOT NULL DEFAULT '{}',
    position integer NOT NULL,
    is_deleted boolean NOT NULL DEFAULT FALSE,
    deleted_at timestamptz,
    CONSTRAINT combo_items_key UNIQUE NULLS NOT DISTINCT (organization_id, combo_id, group_id, product_id, size_id)
);

CREATE TABLE external_menus (
    organization_id text COLLATE "C" NOT NULL,
    -- iiko's text, not a GUID: 4679, 15#3
    id text COLLATE "C" NOT NULL,
    name text COLLATE "ru-x-icu" NOT NULL,
    description text,
    is_active boolean NOT NULL DEFAULT TRUE,
    is_deleted boolean NOT NULL DEFAULT FALSE,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    synced_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);

CREATE TABLE price_categories (
    organization_id text COLLATE "C" NOT NULL,
    -- the zero GUID is the base category
    id text COLLATE "C" NOT NULL,
    name text COLLATE "ru-x-icu" NOT NULL,
    is_default boolean NOT NULL DEFAULT FALSE,
    is_deleted boolean NOT NULL DEFAULT FALSE,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    synced_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);

-- iiko's own words for each mirrored object, and the hash that tells whether anything changed.
CREATE TABLE iiko_objects (
    organization_id text COLLATE "C" NOT NULL,
    -- group, product, combo
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    -- XXH3-128 of the places, the sizes they name, the refresh switches and the version of our mapping
    content_hash bytea NOT NULL,
    -- an array: all places of the object in the answer
    raw json NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, kind, id)
);

DO $$
BEGIN
    ALTER TABLE iiko_objects ALTER COLUMN raw SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL; -- a server built without lz4 keeps its own compression
END
$$;
