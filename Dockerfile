# Built in two stages, so that pip, what only compiling needs and the download's leftovers stay behind.
FROM python:3.11-slim AS builder

RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir --no-compile --require-hashes -r requirements.txt

# What serving never opens: headers and tests of libraries, the sources and tools of the Stan that comes with Prophet (its
# compiled model stands beside them; cmdstanpy asks for the makefile), libclang, which TensorFlow demands and never imports,
# Django, of which only django-htmx's static files are served, pyarrow, which only tables on disk need, and pip. TensorFlow
# calls parts of its public face "test", so nothing there goes for its name. All this is a fourth of the image.
RUN cd /venv/lib/python3.11/site-packages \
 && rm -r tensorflow/include clang django asgiref sqlparse pyarrow pip \
      prophet/stan_model/cmdstan-*/bin prophet/stan_model/cmdstan-*/stan \
 && find . -path ./tensorflow -prune -o -type d -name tests -prune -exec rm -r {} +

# The root file system is read-only at run time, so bytecode has to exist before, or every worker compiles all it imports
# anew: the page is up after 1 s instead of 6. Unchecked, because copying may change the times that Python would compare.
RUN /venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /venv/lib

WORKDIR /srv
COPY app app
COPY templates templates
# Whoever made the checkout may have kept it to themselves; the user below is somebody else.
RUN chmod -R a+rX . && /venv/bin/python -m compileall -q --invalidation-mode unchecked-hash app

# The build ends here if something removed above was needed after all.
RUN MPLCONFIGDIR=/tmp NUMBA_DISABLE_JIT=1 TF_CPP_MIN_LOG_LEVEL=2 /venv/bin/python -c \
      "import app.cli.serve, app.cli.dask, pyts.image, tensorflow, yfinance; from app.panels.jobs import warm; warm()"


FROM python:3.11-slim

# The number is the one that a Hugging Face Space gives its containers. No home: nothing is kept between two requests.
RUN useradd --uid 1000 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin app
COPY --from=builder /venv /venv
COPY --from=builder /srv /srv

# APP_ENV stays unset: a Space is known as production by its SPACE_ID, and others say so themselves.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv
USER 1000
EXPOSE 7860
# There is no curl in this image. A proxy for outgoing requests, if one is set, must not be asked for this one.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "import os; from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open(f\"http://127.0.0.1:{os.environ.get('PORT', 7860)}/healthz\", timeout=4)"]
CMD ["python", "-m", "app"]
