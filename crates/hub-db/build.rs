//! A new migration must recompile `sqlx::migrate!`, which cargo cannot see by itself.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
