# The whole of Waitable in one image; the command says which process it is.
FROM swift:6.3-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends libhiredis-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
COPY Benchmarks Benchmarks
RUN swift build -c release --product waitable --static-swift-stdlib \
    && install -D "$(swift build -c release --show-bin-path)/waitable" /out/waitable

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libhiredis0.14 ca-certificates \
    && rm -rf /var/lib/apt/lists/* && useradd --system --uid 10001 waitable
COPY --from=build /out/waitable /usr/local/bin/waitable
COPY statemachine /etc/waitable/statemachine
ENV WAITABLE_STATEMACHINES=/etc/waitable/statemachine
USER 10001
ENTRYPOINT ["waitable"]
CMD ["--help"]
