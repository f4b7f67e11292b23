# The digest of the base image is not pinned here: it is for whoever builds to pin (see SECURITY.md), by this argument.
ARG PYTHON_IMAGE=python:3.13-slim-trixie

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
# pip stays outside the environment that is shipped
RUN python3 -m venv --without-pip /opt/venv
COPY requirements.txt /src/
RUN --mount=type=cache,target=/root/.cache/pip \
    python3 -m pip --python /opt/venv/bin/python install --require-hashes -r /src/requirements.txt
COPY pyproject.toml README.md LICENSE /src/
COPY watcher /src/watcher
RUN --mount=type=cache,target=/root/.cache/pip \
    PATH=/opt/venv/bin:$PATH python3 -m pip --python /opt/venv/bin/python install --no-deps --no-build-isolation /src \
    && python3 -m pip --python /opt/venv/bin/python uninstall -y hatchling editables \
    && /opt/venv/bin/python -m compileall -q /opt/venv

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
RUN mkdir -p /data /app && chown 10001:10001 /data
COPY --from=build /opt/venv /opt/venv
COPY sites.yaml /app/sites.yaml
WORKDIR /app
# a number, so that an orchestrator can see that it is not root; any other uid works that may write /data
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["watcher", "healthcheck"]
ENTRYPOINT ["watcher"]
CMD ["run"]
