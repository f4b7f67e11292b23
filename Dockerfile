# The digest of the base image is not pinned here: it is for whoever builds to pin (see SECURITY.md), by this argument.
ARG PYTHON_IMAGE=python:3.13-slim-trixie

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
# Every wheel is checked against the lock here. What follows installs from this folder alone, without the network.
COPY requirements.txt ./
RUN --mount=type=cache,target=/root/.cache/pip \
    python3 -m pip download --quiet --only-binary :all: --require-hashes -r requirements.txt -d /wheels
# What builds the program (hatchling and its like) stays in an environment of its own and is not shipped.
RUN python3 -m venv --without-pip /opt/build \
    && python3 -m pip --python /opt/build/bin/python install --quiet --no-index --find-links /wheels hatchling
COPY pyproject.toml README.md LICENSE ./
COPY watcher watcher
# --without-pip: nothing in what is shipped can install anything. Type stubs, C sources and the zstandard backend for
# PyPy go. Compiled here, because the root will be read-only.
RUN python3 -m pip --python /opt/build/bin/python wheel --quiet --no-deps --no-build-isolation --wheel-dir /wheels . \
    && python3 -m venv --without-pip /opt/venv \
    && python3 -m pip --python /opt/venv/bin/python install --quiet --no-compile --no-index --find-links /wheels ordinance-watcher \
    && find /opt/venv -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.[ch]' -o -name '*.[ch]pp' \) -delete \
    && find /opt/venv -name '_cffi.*.so' -path '*/zstandard/*' -delete \
    && /opt/venv/bin/python -m compileall -q /opt/venv/lib

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Ordinance Watcher" \
      org.opencontainers.image.description="Tells people, within the hour, that a city or county is about to change how it cooperates with ICE." \
      org.opencontainers.image.licenses="MIT"
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    HOME=/data \
    WATCHER_DATA=/data WATCHER_REGISTRY=/app/sites.yaml \
    WATCHER_LOG=json \
    WATCHER_WEB_HOST=0.0.0.0 WATCHER_BEHIND_PROXY=1
# group 0 may write too: that is how OpenShift's made-up uids come
RUN install -d -o 10001 -g 0 -m 0770 /data
COPY --from=build /opt/venv /opt/venv
COPY sites.yaml /app/sites.yaml
WORKDIR /app
# a number, so that an orchestrator can see that it is not root; any other uid works that may write /data
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["watcher", "healthcheck"]
ENTRYPOINT ["watcher"]
CMD ["run"]
