"""A smallest django-helpdesk project on SQLite; run by the Python that has django-helpdesk.

helpdesk_project.py setup FOLDER PORT USER PASSWORD   a database with one IMAP queue
helpdesk_project.py fetch FOLDER                      its get_email once
"""

import sys
from pathlib import Path

urlpatterns: list[object] = []
_APPS = [
    *(f"django.contrib.{each}" for each in ("admin", "auth", "contenttypes", "sessions")),
    *(f"django.contrib.{each}" for each in ("messages", "sites", "humanize")),
    "rest_framework",
    "helpdesk",
]


def _configure(folder: Path) -> None:
    from django.conf import settings

    settings.configure(
        SECRET_KEY="for a benchmark",
        ALLOWED_HOSTS=["*"],
        USE_TZ=True,
        SITE_ID=1,
        ROOT_URLCONF=__name__,
        MEDIA_ROOT=str(folder / "media"),
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(folder / "tickets.sqlite3"),
            }
        },
        INSTALLED_APPS=_APPS,
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
        ],
        HELPDESK_TEAMS_MODE_ENABLED=False,
        LOGGING_CONFIG=None,
    )
    import django
    from django.urls import include, path

    django.setup()
    urlpatterns.append(path("helpdesk/", include("helpdesk.urls", namespace="helpdesk")))


def main() -> None:
    """Set up or fetch."""
    what, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    _configure(folder)
    from django.core.management import call_command

    if what == "fetch":
        call_command("get_email", quiet=True)
        return
    port, user, password = sys.argv[3:6]
    call_command("migrate", verbosity=0)
    from helpdesk.models import Queue

    Queue.objects.create(
        title="Support",
        slug="support",
        email_address="support@solodesk.example",
        allow_email_submission=True,
        email_box_type="imap",
        email_box_host="127.0.0.1",
        email_box_port=int(port),
        email_box_ssl=False,
        email_box_user=user,
        email_box_pass=password,
        email_box_imap_folder="INBOX",
        email_box_interval=0,
        logging_type="none",
    )


if __name__ == "__main__":
    main()
