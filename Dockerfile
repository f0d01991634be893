# One image for API, worker, scheduler, mail listener and migrate; the embedded servers are not in it.
FROM python:3.13-slim-bookworm AS build

RUN python -m venv /opt/zhidu
WORKDIR /src
# The packages first: they change less often than the product.
COPY requirements-image.lock ./
RUN /opt/zhidu/bin/pip install --no-cache-dir --require-hashes -r requirements-image.lock
COPY . .
RUN /opt/zhidu/bin/pip install --no-cache-dir --no-deps .


FROM python:3.13-slim-bookworm

RUN groupadd --system --gid 10001 zhidu \
    && useradd --system --uid 10001 --gid zhidu --home-dir /var/lib/zhidu --create-home --shell /usr/sbin/nologin zhidu
COPY --from=build /opt/zhidu /opt/zhidu
ENV PATH="/opt/zhidu/bin:${PATH}" \
    PYTHONUNBUFFERED=1 \
    ZHIDU_LISTEN_HOST=0.0.0.0 \
    ZHIDU_MAIL_LISTEN_HOST=0.0.0.0 \
    ZHIDU_DATA=/var/lib/zhidu

USER 10001:10001
WORKDIR /var/lib/zhidu
VOLUME ["/var/lib/zhidu"]
EXPOSE 8000
STOPSIGNAL SIGTERM

# Of the API. Workers and schedulers answer no requests: they end when something is wrong, and are started again.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=2)"]

ENTRYPOINT ["zhidu"]
CMD ["api", "--port", "8000"]
