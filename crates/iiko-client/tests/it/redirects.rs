//! Gateways that lead on: to another path of the same server they are followed, to another address they are told of.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use iiko_client::server::{Error, Login, Server};

/// An iikoServer at `/cafe/resto`, whose gateway leads there from `/resto` with this status.
async fn answer(uri: Uri, headers: HeaderMap, status: StatusCode) -> Response {
    let path = uri.path_and_query().unwrap().as_str();
    if path.starts_with("/resto") {
        return (status, [(header::LOCATION, format!("/cafe{path}"))]).into_response();
    }
    let cookie = headers.get(header::COOKIE).map(|it| it.to_str().unwrap());
    match uri.path() {
        "/cafe/resto/get_server_info.jsp" => {
            "<r><version>8.9.1</version><serverState>STARTED_SUCCESSFULLY</serverState></r>"
                .into_response()
        }
        "/cafe/resto/api/auth" => "0f0f0f0f-0000-4000-8000-000000000001".into_response(),
        _ if cookie != Some("key=0f0f0f0f-0000-4000-8000-000000000001") => {
            StatusCode::UNAUTHORIZED.into_response()
        }
        _ => "[]".into_response(),
    }
}

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn client(address: &str) -> Server {
    let login = Login::new("api", &"secret".into());
    let builder = Server::builder(address, login, chrono_tz::UTC);
    builder.build().unwrap()
}

#[tokio::test]
async fn another_path_of_the_same_server_is_followed_with_the_session() {
    let leading = |status| Router::new().fallback(move |uri, headers| answer(uri, headers, status));
    let server = client(&serve(leading(StatusCode::PERMANENT_REDIRECT)).await);
    assert_eq!(server.product_scales(false).await.unwrap(), []);
    server.close().await;
    // 302 makes a GET of a POST, so the login would lose its body
    let server = client(&serve(leading(StatusCode::FOUND)).await);
    let error = server.product_scales(false).await.unwrap_err();
    assert!(
        matches!(error, Error::NotIiko { status: 302, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn another_address_is_told_and_nothing_is_sent_there() {
    let seen = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&seen);
    let elsewhere = Router::new().fallback(move || async move {
        counter.fetch_add(1, Ordering::SeqCst);
        StatusCode::OK
    });
    let elsewhere = serve(elsewhere).await;
    let leading = Router::new().fallback(move |uri: Uri| async move {
        let to = format!("{elsewhere}{}", uri.path());
        (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, to)])
    });
    let server = client(&serve(leading).await);
    let error = server.info().await.unwrap_err();
    assert!(
        matches!(error, Error::NotIiko { status: 308, .. }),
        "{error}"
    );
    assert!(
        error.to_string().contains("leads to another address"),
        "{error}"
    );
    assert_eq!(seen.load(Ordering::SeqCst), 0);
}
