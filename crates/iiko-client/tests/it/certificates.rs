//! Whom the client of an iikoServer believes: a real TLS server on loopback, with certificates made for each test.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use iiko_client::server::{Error, Login, Server, ServerBuilder};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};

const INFO: &str = "<?xml version=\"1.0\"?><r><version>8.9.1</version><edition>default</edition><serverState>STARTED_SUCCESSFULLY</serverState></r>";

/// Says who it is to everybody who accepts its certificate. Gives its port.
fn start(certificate: &CertificateDer<'static>, key: &KeyPair) -> u16 {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            // Who does not believe the certificate breaks off, which is not the server's concern.
            drop(serve(stream.unwrap(), Arc::clone(&config)));
        }
    });
    port
}

fn serve(stream: TcpStream, config: Arc<ServerConfig>) -> std::io::Result<()> {
    let connection = ServerConnection::new(config).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        request.extend(byte);
    }
    let length = INFO.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(INFO.as_bytes())?;
    stream.conn.send_close_notify();
    stream.flush()
}

fn builder(host: &str, port: u16) -> ServerBuilder {
    let login = Login::new("api", &"secret".into());
    Server::builder(&format!("https://{host}:{port}"), login, chrono_tz::UTC)
}

#[track_caller]
fn is_believed(answer: Result<iiko_client::server::ServerInfo, Error>) -> bool {
    match answer {
        Ok(info) => {
            assert_eq!(info.version.to_string(), "8.9.1");
            true
        }
        Err(Error::Transport { nothing_sent, .. }) => {
            assert!(nothing_sent);
            false
        }
        Err(other) => panic!("{other:?}"),
    }
}

/// What `openssl req -x509` makes: signed by itself, and an authority.
fn self_made() -> CertificateParams {
    let mut params = CertificateParams::new(vec!["office.invalid".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

#[tokio::test]
async fn a_certificate_of_the_servers_own_making_is_believed_where_somebody_says_so() {
    let plain = CertificateParams::new(vec!["office.invalid".to_owned()]).unwrap();
    let mut expired = self_made();
    expired.not_after = rcgen::date_time_ymd(2020, 1, 1);
    for params in [self_made(), plain, expired] {
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let port = start(certificate.der(), &key);
        let of = |builder: ServerBuilder| async move {
            is_believed(builder.build().unwrap().info().await)
        };
        // called by an address that does not stand in it
        let builder = || builder("127.0.0.1", port);
        assert!(!of(builder()).await, "by default");
        assert!(of(builder().trusting(certificate.pem())).await);
        assert!(of(builder().accepting_any_certificate()).await);
        let other = self_made().self_signed(&KeyPair::generate().unwrap());
        let other = other.unwrap().pem();
        assert!(!of(builder().trusting(other.clone())).await, "another's");
        let both = other + &certificate.pem();
        assert!(of(builder().trusting(both)).await, "one of them");
    }
}

#[tokio::test]
async fn what_a_trusted_authority_signed_is_believed_under_its_name() {
    let authority = CertifiedIssuer::self_signed(self_made(), KeyPair::generate().unwrap());
    let authority = authority.unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let port = start(certificate.der(), &key);
    let asked = async |host: &str| {
        let builder = builder(host, port).trusting(authority.pem());
        is_believed(builder.build().unwrap().info().await)
    };
    assert!(asked("127.0.0.1").await);
    assert!(!asked("localhost").await, "another name");
}

#[test]
fn what_is_no_certificate_is_refused_before_anything_is_sent() {
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (pem, expected) in [
        ("", "there is no certificate in it"),
        ("not PEM", "there is no certificate in it"),
        (broken, "cannot be used"),
        ("-----BEGIN CERTIFICATE-----\n", "no certificates in PEM"),
    ] {
        let error = builder("127.0.0.1", 9).trusting(pem).build().unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with("`trusting`: ") && text.contains(expected),
            "{pem}: {text}"
        );
    }
}
