//! People who log in. A password is stored as its Argon2id hash only.

use sqlx::PgConnection;

pub struct User {
    pub id: i32,
    pub username: String,
    /// PHC string
    pub password_hash: String,
    pub is_active: bool,
}

/// What became of a new user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserInsertion {
    Inserted { id: i32 },
    NameTaken,
}

pub async fn find_by_username(
    conn: &mut PgConnection,
    username: &str,
) -> sqlx::Result<Option<User>> {
    sqlx::query_as!(
        User,
        "SELECT
            id,
            username,
            password_hash,
            is_active
        FROM users
        WHERE username = $1",
        username,
    )
    .fetch_optional(conn)
    .await
}

pub async fn insert(
    conn: &mut PgConnection,
    username: &str,
    password_hash: &str,
) -> sqlx::Result<UserInsertion> {
    let id = sqlx::query_scalar!(
        "INSERT INTO users (username, password_hash)
        VALUES ($1, $2)
        ON CONFLICT ON CONSTRAINT users_username_key DO NOTHING
        RETURNING id",
        username,
        password_hash,
    )
    .fetch_optional(conn)
    .await?;
    Ok(match id {
        Some(id) => UserInsertion::Inserted { id },
        None => UserInsertion::NameTaken,
    })
}

/// Sets a new password and gives the user's id, `None` where there is no such user. Ending the sessions is the caller's.
pub async fn set_password(
    conn: &mut PgConnection,
    username: &str,
    password_hash: &str,
) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!(
        "UPDATE users
        SET password_hash = $2,
            updated_at = now()
        WHERE username = $1
        RETURNING id",
        username,
        password_hash,
    )
    .fetch_optional(conn)
    .await
}
