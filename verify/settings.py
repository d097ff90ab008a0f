"""Every setting, by topic. The environment is read here and nowhere else.

With every variable unset the product runs embedded: SQLite, a filesystem broker and plain files
in ./var. See docs/operating.md for the list of variables.
"""

import os
import secrets
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy

from verify import environment

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where things are -------------------------------------------------------------------------
DATA_DIR = Path(environment.text("DATA_DIR", str(BASE_DIR / "var"))).resolve()
HOST = environment.text("HOST", "127.0.0.1")
PORT = environment.whole("PORT", 8000, highest=65535)
S3_BUCKET = environment.text("S3_BUCKET")
S3_ENDPOINT = environment.address("S3_ENDPOINT", ("http", "https"))
# Where a browser reaches the same storage: signed addresses name it. Unset: S3_ENDPOINT.
S3_PUBLIC_ENDPOINT = environment.address("S3_PUBLIC_ENDPOINT", ("http", "https")) or S3_ENDPOINT
if S3_ENDPOINT and not S3_BUCKET:
    raise ImproperlyConfigured("S3_ENDPOINT is set but S3_BUCKET is not: name the bucket.")
DATABASE_URL = environment.text("DATABASE_URL")
BROKER_URL = environment.address("BROKER_URL", ("redis", "rediss"))
WEB_PROCESSES = environment.whole("WEB_PROCESSES", 3)  # gunicorn's; embedded there is one
WEB_THREADS = environment.whole("WEB_THREADS", 8)  # of one process; requests answered at a time
# Nothing but DATA_DIR set: one machine, one person, plain HTTP on loopback.
IS_EMBEDDED = not (DATABASE_URL or BROKER_URL)
IS_DEMO = environment.flag("DEMO", default=IS_EMBEDDED)  # `make run` loads the demo once


def _data_dir() -> Path:
    try:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"The data folder {DATA_DIR} cannot be made ({error.strerror}). "
            "Set DATA_DIR to a folder that can be written."
        ) from error
    return DATA_DIR


def _secret_key() -> str:
    """Take SECRET_KEY, or embedded make one once and keep it in the data folder."""
    if key := environment.text("SECRET_KEY"):
        return key
    if not IS_EMBEDDED:
        raise ImproperlyConfigured(
            "SECRET_KEY (or SECRET_KEY_FILE) must be set where DATABASE_URL or BROKER_URL is."
        )
    path = _data_dir() / "secret_key"
    try:
        with open(path, "x", opener=_private) as new:
            new.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    except OSError as error:
        raise _not_ours(error) from error
    try:
        return path.read_text()
    except OSError as error:
        raise _not_ours(error) from error


def _not_ours(error: OSError) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"The data folder {DATA_DIR} belongs to another user or cannot be written "
        f"({error.strerror}). Set DATA_DIR to a folder that can be written."
    )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


SECRET_KEY = _secret_key()
DEBUG = environment.flag("DEBUG", default=False)
# Loopback is always there: health is asked for by that name, inside a container too.
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *environment.names("ALLOWED_HOSTS", [HOST])]
CSRF_TRUSTED_ORIGINS = environment.names("CSRF_TRUSTED_ORIGINS", [])

# --- Apps -------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "media",
    "claims",
    "verify.apps.VerifyConfig",
]
MIDDLEWARE = [
    "verify.heads.HeadsOnly",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "verify.admin_door.AdminDoor",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "verify.errors.ReadableErrors",
]
ROOT_URLCONF = "verify.urls"
WSGI_APPLICATION = "verify.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "verify" / "templates"],  # before the admin theme's own
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- Database ---------------------------------------------------------------------------------
if DATABASE_URL:
    DATABASES = {
        "default": {
            "CONN_MAX_AGE": 60,  # seconds
            "CONN_HEALTH_CHECKS": True,
            **environment.database("DATABASE_URL"),
        }
    }
    # A database that is away must not hang a page or a health check: seconds.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": _data_dir() / "verify.sqlite3",
            "OPTIONS": {
                "timeout": 20,  # seconds a writer waits for another
                # Taking the write lock at BEGIN: 0 of 1,800 concurrent writes failed with it,
                # 1,266 with Django's default.
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Work in the background (names as Celery reads them under CELERY_) ------------------------
CELERY_BROKER_URL = BROKER_URL or "filesystem://localhost"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True  # the job row holds what came of it
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # the sweep rings again; a redelivery would race it
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "default"
WORKER_QUEUES = ("default", "media")  # each is asked for a pulse; docs/operating.md
# Embedded; messages worked on at a time. Most wait for a decode child or the database.
WORKER_THREADS = environment.whole("WORKER_THREADS", max(3, (os.cpu_count() or 1) + 1))
PULSE_S = 5  # a worker takes a message from each queue this often, or health turns red ...
PULSE_LATE_S = 30  # ... after so long a silence
CELERY_TASK_ROUTES = {"media.tasks.run_*": {"queue": "media"}}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # a dead broker must not hang a request; the sweep rings
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
_VISIBILITY_S = 1800  # longer than the longest job
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker, however long
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "visibility_timeout": _VISIBILITY_S,
        # Without these an upload waits 6 s for a Redis that is not there; the sweep rings anyway.
        "socket_connect_timeout": 2,  # seconds
        "socket_timeout": 5,
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0,
    }
    if BROKER_URL
    else {
        "data_folder_in": str(DATA_DIR / "broker" / "queue"),
        "data_folder_out": str(DATA_DIR / "broker" / "queue"),
        "control_folder": str(DATA_DIR / "broker" / "control"),
        "polling_interval": 0.1,  # seconds; the default of 1.0 makes the product feel broken
    }
)

# --- Jobs -------------------------------------------------------------------------------------
JOB_LEASE_S = environment.whole(
    "JOB_LEASE_S", 60
)  # a worker that is silent for so long lost its job
JOB_HEARTBEAT_S = max(1, JOB_LEASE_S // 4)
JOB_ATTEMPTS = 2  # counted before the work starts; then the item ends with a reason
JOB_RING_AGAIN_S = 30  # a waiting job is rung for again after this long
SWEEP_S = environment.whole("SWEEP_S", 30)

# --- Media: what is accepted ------------------------------------------------------------------
MAX_UPLOAD_BYTES = environment.whole("MAX_UPLOAD_BYTES", 4 * 1024**3)
FILE_UPLOAD_HANDLERS = ["media.receiving.HashingUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes of form fields, files apart
FORM_BYTES = 64 * 1024**2  # what a web server takes above MAX_UPLOAD_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300
MEDIA_ROOT = DATA_DIR / "files"
MEDIA_URL = "/files/"  # not served: originals go through a view that asks for permission

# --- Decoding: limits of the child process ----------------------------------------------------
DECODE_MEMORY_BYTES = 3 * 1024**3  # address space
DECODE_STILL_WALL_S = 30
# Footage paces itself: it is looked at closely for half of this, then by key frames, so that it is
# rarely killed. Every file is to be in a final state within 120 s.
DECODE_FOOTAGE_WALL_S = 95
DECODE_GLANCE_WALL_S = 20  # before that, for an early answer
DECODE_PREVIEW_WALL_S = 1500
DECODE_OUTPUT_BYTES = 1024**3
MAX_STILL_PIXELS = 100_000_000
MAX_STILL_PIXELS_DRAFT = 250_000_000  # JPEG, which decodes at a fraction of its size

# --- Matching: reasons and measured errors in docs/hashing.md ---------------------------------
MATCH_PDQ_RADIUS_BITS = 31
# Search by picture: what somebody waits for. A clip is looked at for a shorter time than one that
# is kept: closely for half of it, then by key frames.
LOOKUP_DECODE_WALL_S = 20
LOOKUP_WAIT_S = 15  # for the worker's answer, then the door says to try again
LOOKUPS_AT_ONCE = max(1, WEB_THREADS // 4)  # in one web process: a thread and a decoding child each
LOOKUP_KEPT_S = 300  # a row as old was left by a process that died
MATCH_MIN_QUALITY = 70  # PDQ quality 0-100 below which a hash says nothing

# --- Claims -----------------------------------------------------------------------------------
CLAIM_LEASE_S = 30 * 60  # a claim taken and left alone goes back to the queue
FREE_CLAIMS_S = 60  # how often claims are freed and woken; an expired one can be taken anyway
PUBLISHER_NAME = environment.text("PUBLISHER_NAME", "Verify desk")  # signs what is published
SITE_URL = environment.address("SITE_URL", ("http", "https")) or f"http://{HOST}:{PORT}"
SITE_URL = SITE_URL.rstrip("/")  # how readers reach this desk: stands in published pages

# --- People and doors -------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "queue"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_ENABLE_ADMIN = False  # a lock-out ends by itself
AXES_IPWARE_PROXY_COUNT = environment.whole("PROXY_COUNT", 0, lowest=0)
IS_HTTPS = environment.flag("HTTPS", default=not IS_EMBEDDED)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
X_FRAME_OPTIONS = "DENY"
# Derivatives in S3 are shown by presigned addresses of that host.
_S3_HOSTS = [S3_ENDPOINT or "https://*.amazonaws.com"] if S3_BUCKET else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, *_S3_HOSTS],
        "media-src": [SELF, *_S3_HOSTS],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "claims.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["claims.api.permissions.RoleAndScope"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "verify.paging.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["verify.filtering.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["claims.api.throttling.PerToken"],
    "DEFAULT_THROTTLE_RATES": {"token": environment.rate("API_RATE", "6000/min")},
    "EXCEPTION_HANDLER": "verify.errors.problem_json",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS is answered 405: the schema describes the API
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Verify",
    "DESCRIPTION": (
        "Submit media and claims; read what they matched and what was found. Sign in with "
        "`Authorization: Token <key>`. Errors are `application/problem+json` with a stable "
        "`code`. A write repeated with the same `Idempotency-Key` is done once and answered the "
        "same. A change to a claim with `If-Match: <ETag>` is 412 when somebody was quicker."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "ItemKind": "media.models.Item.Kind",
        "ItemState": "media.models.Item.State",
        "MatchKind": "media.models.Match.Kind",
        "ClaimState": "claims.states.State",
        "SourceKind": "claims.models.Source.Kind",
        "EvidenceKind": "claims.models.Evidence.Kind",
    },
}


# --- The admin's look and its menu ---------------------------------------------------------------
def _entry(title: str, icon: str, model: str) -> dict[str, object]:
    """One line of the menu, shown to who may look at the model ("app.model")."""
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": lambda request: request.user.has_perm(f"{app}.view_{name}"),
    }


UNFOLD = {
    "SITE_TITLE": "Verify",
    "SITE_HEADER": "Verify",
    "SITE_SUBHEADER": "Administration",
    "SITE_URL": "/queue/",
    "SITE_ICON": lambda request: static("verify/favicon.svg"),
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("verify/favicon.svg"),
        }
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": "verify.admin_overview.environment",
    "DASHBOARD_CALLBACK": "verify.admin_overview.overview",
    # The product's greys and its one blue; the theme's own are violet.
    "COLORS": {
        "base": {
            "50": "#f6f6f5", "100": "#ededeb", "200": "#dededb", "300": "#c4c4c0",
            "400": "#a3a39e", "500": "#73736e", "600": "#5b5b57", "700": "#3f3f3c",
            "800": "#2a2a28", "900": "#1e1e1e", "950": "#161616",
        },
        "primary": {
            "50": "#eff5fc", "100": "#e3eefa", "200": "#c5ddf5", "300": "#a8c7fa",
            "400": "#86b9f0", "500": "#3f83cc", "600": "#1b5a9c", "700": "#164a82",
            "800": "#123c69", "900": "#0f2740", "950": "#0a1a2b",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": "People and keys",
                "items": [
                    _entry("People", "group", "auth.user"),
                    _entry("Roles", "badge", "auth.group"),
                    _entry("API keys", "key", "claims.apitoken"),
                ],
            },
            {
                "title": "Work",
                "separator": True,
                "items": [
                    _entry("Claims", "fact_check", "claims.claim"),
                    _entry("Sources", "record_voice_over", "claims.source"),
                    _entry("Log of claims", "history", "claims.event"),
                ],
            },
            {
                "title": "Media",
                "separator": True,
                "items": [
                    _entry("Items", "photo_library", "media.item"),
                    _entry("Submissions", "inbox", "media.submission"),
                    _entry("Matches", "compare", "media.match"),
                    _entry("Jobs", "manufacturing", "media.job"),
                    _entry("Custody", "link", "media.custodyentry"),
                ],
            },
        ],
    },
}  # fmt: skip

# --- Words and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# --- Static files -----------------------------------------------------------------------------
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True  # no collectstatic step needed

# --- Logs -------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "filters": {
        # A health check that says 503 every second while things start is no error.
        "not_health": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: getattr(record, "status_code", 0) != 503,
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        # One line per message would bury the rest: every queue gets a pulse every few seconds.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.worker.request": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "axes.apps": {"level": "WARNING"},
        "faiss.loader": {"level": "WARNING"},
        "django.request": {"filters": ["not_health"]},
    },
    "root": {"handlers": ["console"], "level": environment.log_level("LOG_LEVEL", "INFO")},
}
