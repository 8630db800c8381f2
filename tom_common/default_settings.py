"""The lists a project's settings build on, so that an upgrade of the framework brings its new apps along.

    from tom_common.default_settings import TOMTOOLKIT_INSTALLED_APPS
    INSTALLED_APPS = [*TOMTOOLKIT_INSTALLED_APPS, "custom_code"]
"""

TOMTOOLKIT_INSTALLED_APPS = [
    "whitenoise.runserver_nostatic",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.humanize",
    # Before the packages whose templates it replaces (comments, filters, pagination).
    "tom_common",
    "django_comments",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "django_tasks_db",
    "bootstrap4",
    "crispy_forms",
    "crispy_bootstrap4",
    "guardian",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "tom_targets",
    "tom_catalogs",
    "tom_dataproducts",
    "tom_setup",
]

TOMTOOLKIT_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tom_common.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tom_common.actors.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tom_common.htmx_messages.HTMXMessageMiddleware",
    "tom_common.middleware.HTMXRedirectMiddleware",
    "tom_common.middleware.Raise403Middleware",
    "tom_common.middleware.ExternalServiceMiddleware",
    "tom_common.middleware.AuthStrategyMiddleware",
]

TOMTOOLKIT_AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "tom_targets.permissions.TargetPermissionBackend",
    "guardian.backends.ObjectPermissionBackend",
]

# The spelling of earlier releases, which projects still import.
TOMTOOKIT_INSTALLED_APPS = TOMTOOLKIT_INSTALLED_APPS
TOMTOOKIT_MIDDLEWARE = TOMTOOLKIT_MIDDLEWARE
