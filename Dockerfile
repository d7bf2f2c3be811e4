# The program alone in an image: one static file, no shell, not root.
#
#   docker build -t tillit .                                   builds the program first
#   docker build -t tillit --build-context build=FOLDER .      takes FOLDER/tillit, a static program, instead
#   docker run --rm -v "$PWD:/src:ro" tillit check
#
# There is no git in it, so `--since` and `--base` end with exit code 2. Runners that need a shell in the image (GitLab,
# Jenkins) install the wheel in an image of their own instead: docs/ci.md.
#
# Untested: the stage `build`, and any platform but x86_64. Tests build the image from a ready static program.

FROM docker.io/library/rust:1.95.0-alpine3.22 AS build
WORKDIR /source
COPY . .
RUN cargo build --release --locked && mv target/release/tillit /tillit

FROM scratch
LABEL org.opencontainers.image.title="tillit" \
      org.opencontainers.image.description="A linter for workplace AI" \
      org.opencontainers.image.source="https://github.com/tillit-lint/tillit" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /tillit /tillit
# A number, since there is no /etc/passwd to look a name up in.
USER 65532:65532
WORKDIR /src
ENTRYPOINT ["/tillit"]
