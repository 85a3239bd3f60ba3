"""All settings, driven by the environment. README.md lists the variables.

Without ``DATABASE_URL`` the portal runs in its embedded mode: own database, own broker, files under ``var/``, on this
machine only. With it, nothing secret has a default, and a missing or wrong value stops the start with its name.
"""

import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from environs import Env, EnvError

from apps.common import embedded
from apps.common.logging import configure_logging
from apps.orders.partners.simulation import parse as parse_faults
from config.database import session_options
from config.entrance import ENTRANCE_FORMS, SECOND_FACTOR_FORMS
from config.mailers import http_url, mailers
from config.schedule import BEAT_SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = embedded.VAR
env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)
EMBEDDED = embedded.wanted()
TESTING = "pytest" in sys.modules


def _read(name: str, reader: Any, expected: str, **options: Any) -> Any:
    """Read one variable, or stop the start with its name and what is expected of it."""
    try:
        return reader(name, **options)
    except (EnvError, ValueError) as error:
        raise ImproperlyConfigured(f"{name}: expected {expected}. ({error})") from error


DEBUG: bool = _read("DEBUG", env.bool, "true or false", default=False)
if EMBEDDED and not env.str("SECRET_KEY", ""):
    SECRET_KEY = embedded.secret_key()
else:
    SECRET_KEY = _read("SECRET_KEY", env.str, "a long random text, kept secret")
if len(SECRET_KEY) < 50 and not DEBUG:
    raise ImproperlyConfigured("SECRET_KEY: expected at least 50 random characters.")
_local_hosts = {"default": ["localhost", "127.0.0.1", "[::1]"]} if EMBEDDED else {}
ALLOWED_HOSTS: list[str] = _read("ALLOWED_HOSTS", env.list, "host names, separated by commas", **_local_hosts)
CSRF_TRUSTED_ORIGINS: list[str] = _read(
    "CSRF_TRUSTED_ORIGINS", env.list, "origins such as https://kaiche.example, separated by commas", default=[]
)
HTTPS: bool = _read("HTTPS", env.bool, "true or false", default=not EMBEDDED and not DEBUG)

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "apps.common.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "apps.common.apps.StaticFiles",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "django.contrib.postgres",
    "django_htmx",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "apps.common.apps.CommonConfig",
    "apps.accounts",
    "apps.capacity",
    "apps.ledger",
    "apps.outbox",
    "apps.messaging",
    "apps.catalog",
    "apps.stores",
    "apps.bundles",
    "apps.configurator",
    "apps.careers",
    "apps.promotions",
    "apps.orders",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.common.compression.CompressionMiddleware",
    "apps.common.middleware.RequestIdMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "apps.common.middleware.ReaderZoneMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.common.middleware.DomainErrorMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.common.context.site",
            ],
            "builtins": ["apps.common.templatetags.kaiche"],
        },
    }
]

# Data -----------------------------------------------------------------------------------------------------------------
_unstarted = f"postgres://postgres@/postgres?host={VAR / 'postgres'}"
_url_name = "EMBEDDED_DATABASE_URL" if EMBEDDED else "DATABASE_URL"
_database = _read(_url_name, env.dj_db_url, "a URL such as postgres://user:password@host:5432/name", default=_unstarted)
if _database.get("ENGINE") != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL: expected a URL that begins with postgres://")
# How long a statement may run, and wait for a lock (a third of it), in seconds.
DATABASE_TIMEOUT: int = _read("DATABASE_TIMEOUT", env.int, "a number of seconds", default=15)
DATABASES = {
    "default": {
        **_database,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": _database.get("OPTIONS", {}) | session_options(DATABASE_TIMEOUT),
    }
}
CACHES = {"default": _read("CACHE_URL", env.dj_cache_url, "a URL such as redis://host:6379/1", default="locmem://")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Broker: the folder under var/ is the embedded one -------------------------------------------------------------------
CELERY_BROKER_URL: str = env.str("CELERY_BROKER_URL", "") or "filesystem://localhost/"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"visibility_timeout": 60}
if CELERY_BROKER_URL.startswith("filesystem:"):
    BROKER_FOLDER = VAR / "broker"
    BROKER_FOLDER.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT = "config.filebroker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_FOLDER),
        "data_folder_out": str(BROKER_FOLDER),
        "control_folder": str(BROKER_FOLDER / "control"),
        "polling_interval": 0.05,
    }
elif CELERY_BROKER_URL.startswith(("amqp:", "amqps:")):
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"
    CELERY_BROKER_TRANSPORT_OPTIONS = {"confirm_publish": True}
# Whoever publishes does not wait for a broker that is gone: it tries once more and goes on. The worker has its own patience.
CELERY_BROKER_TRANSPORT_OPTIONS |= {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}
# Two portals on one broker need a queue each.
CELERY_TASK_DEFAULT_QUEUE: str = env.str("CELERY_QUEUE", "celery")
CELERY_BROKER_CONNECTION_TIMEOUT = 1.0
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_DETECT_QUORUM_QUEUES = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE
# At 1000 each day of the simulated makers and carriers lasts a second (orders.terms.pace): a delivery takes seconds.
STORES_REPORT: bool = _read("STORES_REPORT", env.bool, "true or false", default=True)
FULFILMENT_SPEED: float = _read("FULFILMENT_SPEED", env.float, "a number, 1 for real time", default=1.0)
# Where the portal is reached from outside: links in mails begin with it.
PUBLIC_URL: str = env.str("PUBLIC_URL", "http://localhost:8000")
# The gateways that buyers may pick, the first one by default; each of the real ones needs its own settings (orders.checks).
PAYMENT_GATEWAYS: list[str] = _read(
    "PAYMENT_GATEWAYS", env.list, "names of gateways, separated by commas: sandbox, alipay, stripe", default=["sandbox"]
)
ALIPAY_APP_ID: str = env.str("ALIPAY_APP_ID", "")
ALIPAY_PRIVATE_KEY: str = env.str("ALIPAY_PRIVATE_KEY", "")  # ours, as PEM or bare Base64
ALIPAY_PUBLIC_KEY: str = env.str("ALIPAY_PUBLIC_KEY", "")  # Alipay's, not ours
ALIPAY_URL: str = env.str("ALIPAY_URL", "https://openapi.alipay.com/gateway.do")
STRIPE_SECRET_KEY: str = env.str("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET: str = env.str("STRIPE_WEBHOOK_SECRET", "")
STRIPE_URL: str = env.str("STRIPE_URL", "https://api.stripe.com")
PAY_PAGES = {
    "alipay": ("https://openapi.alipay.com", "https://*.alipay.com", ALIPAY_URL),
    "stripe": ("https://checkout.stripe.com",),
}
# Banks that lend to buyers sign their disbursements with this; without it none is taken.
LENDER_SECRET: str = env.str("LENDER_SECRET", "")
# The sandbox gateway signs its webhooks with this; a key of its own, derived unless one is given.
SANDBOX_GATEWAY_SECRET: str = env.str("SANDBOX_GATEWAY_SECRET", "") or f"sandbox:{SECRET_KEY}"

# Where the partners listen; unset, simulated ones in this process answer. The secret is shared with all of them.
MAKER_URL: str = env.str("MAKER_URL", "")
CARRIER_URL: str = env.str("CARRIER_URL", "")
WORKSHOP_URL: str = env.str("WORKSHOP_URL", "")
STORE_URL: str = env.str("STORE_URL", "")
PARTNER_SECRET: str = (
    env.str("PARTNER_SECRET", "") or b64encode(sha256(f"partners:{SECRET_KEY}".encode()).digest()).decode()
)
# How the simulated partners misbehave, such as "maker.refuse=5,carrier.damage=10,maker.delay_ms=200" (percent).
PARTNER_FAULTS = _read("PARTNER_FAULTS", lambda name: parse_faults(env.str(name, "")), "faults such as maker.refuse=5")
# Webhooks of API clients may go to this machine only where nothing else is on it.
WEBHOOKS_TO_LOOPBACK = DEBUG or EMBEDDED

# People ---------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("account")
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = ENTRANCE_FORMS
MFA_FORMS = SECOND_FACTOR_FORMS
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
DEFAULT_FROM_EMAIL = "Kaiche <hello@kaiche.example>"
MAILERS: dict[str, dict[str, Any]] = _read(
    "EMAIL_URL",
    lambda name: mailers(env.str(name, ""), VAR / "mail"),
    "a URL such as smtp+tls://user:password@host:587",
)

# Short messages: over HTTP, or as files. SMS_URL is https://<token>@host/path.
SMS_URL: str = _read(
    "SMS_URL", lambda name: http_url(env.str(name, "")), "a URL such as https://token@sms.example/messages"
)
SMS_SENDER: str = env.str("SMS_SENDER", "Kaiche")
SMS_FOLDER = VAR / "sms"
# Who writes the texts of messages, by the name that is kept with each of them.
MESSAGE_COMPOSERS = {
    "order": "apps.orders.notices",
    "waiting": "apps.orders.waiting_notices",
    "appointment": "apps.stores.notices",
}

# Language and time ----------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "config.formats"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
# What packages leave untranslated (see apps/common/messages.py), and our own catalogues: of two that translate a text, Django
# prefers these folders to its apps', among which packages stand before ours.
LOCALE_PATHS = [BASE_DIR / "config" / "locale", *sorted(BASE_DIR.glob("apps/*/locale"))]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# Files ----------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(VAR / "media")))
MEDIA_URL = env.str("MEDIA_URL", "/media/")
_static = "apps.common.packing.Packed"
if DEBUG or TESTING:
    _static = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static},
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING
WHITENOISE_MAX_AGE = 60
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [
    "jpg",
    "jpeg",
    "png",
    "gif",
    "webp",
    "avif",
    "zip",
    "gz",
    "br",
    "woff",
    "woff2",
    "map",
]

# Security -------------------------------------------------------------------------------------------------------------
SECURE_CSP: dict[str, Any] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],  # the viewer models cars beside the page
    # A browser counts the redirect to a pay page as part of our form's action.
    "form-action": [CSP.SELF, *(host for name in PAYMENT_GATEWAYS for host in PAY_PAGES.get(name, ()))],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
}
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
CSRF_FAILURE_VIEW = "apps.common.views.form_refused"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Interfaces -----------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.accounts.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["apps.accounts.authentication.TokenScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "apps.common.api.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["apps.common.api.throttling.AnonymousRate", "apps.common.api.throttling.UserRate"],
    "DEFAULT_THROTTLE_RATES": {
        "anonymous": env.str("API_RATE_ANONYMOUS", "600/min"),
        "user": "1200/min",
        "rare": "20/hour",
    },
    "EXCEPTION_HANDLER": "apps.common.api.problems.handle",
    "NUM_PROXIES": _read("PROXIES", env.int, "how many proxies stand in front", default=0),
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Kaiche API",
    "DESCRIPTION": "Cars, configurator, purchase plans, stores, appointments, orders and jobs. Money is in fen.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "EnergyEnum": "apps.catalog.models.CarModel.Energy",
        "ApplicationStatusEnum": "apps.careers.models.Application.Status",
        "OrderStatusEnum": "apps.orders.lifecycle.Status",
        "PaymentStatusEnum": "apps.orders.lifecycle.LegStatus",
        "LineStatusEnum": "apps.orders.lifecycle.LineStatus",
        "LineKindEnum": "apps.orders.models.LineKind",
        "BuyableKindEnum": "apps.orders.models.kinds.BUYABLE_CHOICES",
        "InvoiceKindEnum": "apps.orders.models.Order.Invoice",
        "DeliveryStatusEnum": "apps.outbox.models.Delivery.Status",
        "AppointmentStatusEnum": "apps.stores.lifecycle.Status",
        "StoreKindEnum": "apps.stores.kinds.Kind",
    },
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "apps.common.api.schema.add_problems"],
}
UNFOLD = {
    "SITE_TITLE": "Kaiche",
    "SITE_HEADER": "Kaiche",
    "SITE_SYMBOL": "directions_car",
    "SHOW_HISTORY": True,
    "DASHBOARD_CALLBACK": "apps.orders.dashboard.callback",
    "SHOW_VIEW_ON_SITE": True,
    "STYLES": [lambda _request: static("css/backoffice.css")],
    "SCRIPTS": [
        lambda _request: static("js/backoffice.js"),
        lambda _request: static("js/backoffice-keys.js"),
    ],
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("img/logo.svg")},
    ],
    "COLORS": {"primary": {"500": "#0a8a74", "600": "#006757", "700": "#005345"}},
    "SIDEBAR": {"show_search": True, "navigation": "apps.common.navigation.groups"},
}
LOGGING_CONFIG = None
configure_logging(level=env.str("LOG_LEVEL", "INFO"), for_people=DEBUG or sys.stderr.isatty())
