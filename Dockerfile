# The whole of Waitable in one image; the command says which process it is. docker-compose.yml has its health checks.
FROM swift:6.3-bookworm AS build
# Without their shared objects, hiredis and zlib are linked statically like everything else.
RUN apt-get update && apt-get install -y --no-install-recommends libhiredis-dev zlib1g-dev ca-certificates \
    && rm -rf /var/lib/apt/lists/* /usr/lib/*/libhiredis.so /usr/lib/*/libz.so
WORKDIR /src
COPY Package.* ./
RUN swift package resolve
# The manifest names the tests and benchmarks too, so their folders are here; only the product is built.
COPY . .
RUN swift build -c release --product waitable --static-swift-stdlib \
    && install -D -t /out "$(swift build -c release --show-bin-path)/waitable" \
        /usr/libexec/swift/linux/swift-backtrace-static \
    && strip --strip-debug /out/waitable

FROM debian:bookworm-slim
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out /usr/local/bin
COPY statemachine /etc/waitable/statemachine
ENV WAITABLE_STATEMACHINES=/etc/waitable/statemachine
# A crash leaves its stack in the log, but no registers: what they point to could be a secret.
ENV SWIFT_BACKTRACE=enable=yes,interactive=no,color=no,registers=none,swift-backtrace=/usr/local/bin/swift-backtrace-static
USER 10001:10001
ENTRYPOINT ["waitable"]
CMD ["--help"]
