//! Whether the database is what this program was built for.

use sqlx::{PgConnection, migrate::Migrate};

/// What stands in the way of serving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    Ready,
    /// migrations of this program that the database has not seen
    MigrationsMissing,
}

/// Asks the database; an error is a database that does not answer.
pub async fn check(conn: &mut PgConnection) -> sqlx::Result<Readiness> {
    let applied = match conn.list_applied_migrations("_sqlx_migrations").await {
        Ok(applied) => applied,
        Err(sqlx::migrate::MigrateError::Execute(error)) => {
            const UNDEFINED_TABLE: &str = "42P01";
            let nothing_applied = error
                .as_database_error()
                .and_then(|error| error.code())
                .is_some_and(|code| code == UNDEFINED_TABLE);
            return if nothing_applied {
                Ok(Readiness::MigrationsMissing)
            } else {
                Err(error)
            };
        }
        Err(error) => return Err(sqlx::Error::Migrate(Box::new(error))),
    };
    let complete = sqlx::migrate!()
        .iter()
        .filter(|migration| migration.migration_type.is_up_migration())
        .all(|wanted| applied.iter().any(|found| found.version == wanted.version));
    Ok(if complete {
        Readiness::Ready
    } else {
        Readiness::MigrationsMissing
    })
}
