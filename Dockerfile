# iiko-base in one image: hub, emulator and command line are one program.
#
#   docker build -t iiko-base .
#   docker run --rm -p 8100:8100 iiko-base emulator --listen 0.0.0.0:8100
#
# The hub wants a PostgreSQL of its own here (DATABASE_URL): the image has no server in it.

FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --locked --release -p iiko-base \
    && cp target/release/iiko-base /usr/local/bin/iiko-base

FROM debian:bookworm-slim
# Certificates: the hub calls iiko over HTTPS. The client of PostgreSQL: for `iiko-base db psql`. Debian's stable packages
# keep no older versions to pin.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/iiko-base --create-home iiko-base
COPY --from=build /usr/local/bin/iiko-base /usr/local/bin/iiko-base
USER 10001
ENV IIKO_BASE_DATA_DIR=/var/lib/iiko-base
EXPOSE 8000 8100
ENTRYPOINT ["iiko-base"]
CMD ["--help"]
