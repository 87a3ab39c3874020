//! Pictures of dishes: drawn on the spot from a slug, the same for the same slug, owned by nobody.

use std::fmt::Write as _;

use xxhash_rust::xxh3::xxh3_64;

/// An SVG of the dish that `slug` (`pizza-01`) names.
pub(crate) fn draw(slug: &str) -> String {
    let hash = xxh3_64(slug.as_bytes());
    let hue = hash % 360;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 320 240\" role=\"img\">\
         <rect width=\"320\" height=\"240\" fill=\"hsl({hue},38%,88%)\"/>\
         <ellipse cx=\"160\" cy=\"206\" rx=\"110\" ry=\"14\" fill=\"hsl({hue},22%,74%)\"/>"
    );
    let kind = slug.split('-').next().unwrap_or(slug);
    match kind {
        "coffee" | "tea" | "lemon" | "drink" => cup(&mut svg, hash),
        "burg" => burger(&mut svg, hash),
        "dess" | "break" | "kids" => cake(&mut svg, hash),
        _ => plate(&mut svg, hash, kind == "pizza"),
    }
    svg.push_str("</svg>");
    svg
}

fn shape(svg: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = svg.write_fmt(arguments); // a String takes everything
}

fn plate(svg: &mut String, hash: u64, is_pizza: bool) {
    let (rim, inside) = if is_pizza {
        ("#d9a05b", "#f2c14e")
    } else {
        ("#ffffff", "#f3ede2")
    };
    shape(
        svg,
        format_args!("<circle cx=\"160\" cy=\"118\" r=\"92\" fill=\"{rim}\"/>"),
    );
    shape(
        svg,
        format_args!("<circle cx=\"160\" cy=\"118\" r=\"76\" fill=\"{inside}\"/>"),
    );
    for piece in 0..14_u64 {
        let seed = xxh3_64(&(hash ^ piece).to_le_bytes());
        let (angle, reach) = ((seed % 360) as f64, (12 + (seed >> 9) % 52) as f64);
        let (x, y) = (
            160.0 + reach * angle.to_radians().cos(),
            118.0 + reach * angle.to_radians().sin(),
        );
        let (radius, hue) = (6 + (seed >> 17) % 9, (hash % 60 + (seed >> 25) % 110) % 150);
        shape(
            svg,
            format_args!(
                "<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{radius}\" fill=\"hsl({hue},62%,46%)\"/>"
            ),
        );
    }
}

fn cup(svg: &mut String, hash: u64) {
    let hue = hash % 60;
    shape(
        svg,
        format_args!("<path d=\"M104 60h112l-14 140h-84z\" fill=\"#ffffff\"/>"),
    );
    shape(
        svg,
        format_args!("<path d=\"M109 92h102l-10 100h-82z\" fill=\"hsl({hue},58%,42%)\"/>"),
    );
    shape(
        svg,
        format_args!(
            "<path d=\"M213 84c46-6 46 72-8 72\" fill=\"none\" stroke=\"#ffffff\" stroke-width=\"12\"/>"
        ),
    );
    for (index, x) in [136, 160, 184].into_iter().enumerate() {
        let height = 18 + (hash >> (8 * index)) % 18;
        shape(
            svg,
            format_args!(
                "<path d=\"M{x} 50q8-{height} 0-{height}\" stroke=\"#ffffff\" stroke-width=\"5\" fill=\"none\"/>"
            ),
        );
    }
}

fn burger(svg: &mut String, hash: u64) {
    let hue = 80 + hash % 50;
    shape(
        svg,
        format_args!("<path d=\"M76 108c0-76 168-76 168 0z\" fill=\"#c98a3c\"/>"),
    );
    shape(
        svg,
        format_args!(
            "<rect x=\"70\" y=\"108\" width=\"180\" height=\"16\" rx=\"8\" fill=\"hsl({hue},55%,45%)\"/>"
        ),
    );
    shape(
        svg,
        format_args!(
            "<rect x=\"76\" y=\"124\" width=\"168\" height=\"26\" rx=\"12\" fill=\"#6b3f22\"/>"
        ),
    );
    shape(
        svg,
        format_args!(
            "<rect x=\"72\" y=\"148\" width=\"176\" height=\"12\" rx=\"6\" fill=\"#f4b941\"/>"
        ),
    );
    shape(
        svg,
        format_args!("<path d=\"M76 160h168c0 44-168 44-168 0z\" fill=\"#c98a3c\"/>"),
    );
}

fn cake(svg: &mut String, hash: u64) {
    for layer in 0..4_u64 {
        let (y, hue) = (176 - layer * 30, (hash >> (layer * 7)) % 70);
        let light = if layer % 2 == 0 { 56 } else { 84 };
        shape(
            svg,
            format_args!(
                "<rect x=\"84\" y=\"{y}\" width=\"152\" height=\"28\" rx=\"8\" fill=\"hsl({hue},54%,{light}%)\"/>"
            ),
        );
    }
    let hue = (hash >> 32) % 360;
    shape(
        svg,
        format_args!("<circle cx=\"160\" cy=\"70\" r=\"17\" fill=\"hsl({hue},70%,48%)\"/>"),
    );
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn a_picture_depends_on_its_slug_alone() {
        assert_eq!(draw("pizza-01"), draw("pizza-01"));
        assert_ne!(draw("pizza-01"), draw("pizza-02"));
        for slug in ["coffee-01", "burg-01", "dess-01", "soup-01", ""] {
            let svg = draw(slug);
            assert!(
                svg.starts_with("<svg") && svg.ends_with("</svg>") && !svg.contains("NaN"),
                "{slug}: {svg}"
            );
        }
    }
}
