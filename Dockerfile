# The image of a release: one static binary, the certificate authorities, and no shell. It is built from what
# packaging/rootfs.sh lays, so that the binary in it is that of the archive, byte for byte:
#
#     packaging/build.sh x86_64-unknown-linux-musl binaries
#     packaging/rootfs.sh binaries image
#     docker build --tag headcount .
#
# It needs nothing but /config (headcount.toml and what that names), /reports and a /tmp to write to:
#
#     docker run --rm --read-only --tmpfs /tmp --volume "$PWD:/config:ro" --volume reports:/reports headcount
FROM scratch
ARG TARGETARCH
COPY image/${TARGETARCH}/system/ /
COPY --chown=65532:65532 image/${TARGETARCH}/volumes/ /

LABEL org.opencontainers.image.title="headcount" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/owner--unset/headcount"

USER 65532:65532
WORKDIR /config
VOLUME ["/config", "/reports"]
ENTRYPOINT ["/usr/bin/headcount"]
CMD ["audit", "--out", "/reports"]
