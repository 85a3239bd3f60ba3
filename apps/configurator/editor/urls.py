"""Addresses of a car's workspace, below the car in the back office."""

from typing import Any

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path, re_path

from apps.configurator.editor import history, previewing, rows, versions, workspace


def urls(site: AdminSite) -> list[URLPattern]:
    """All of them for staff only, under the back office's content policy; each view asks for its own permissions."""

    def at(route: str, view: Any, name: str) -> URLPattern:
        found: URLPattern = path(f"<int:pk>/{route}", site.admin_view(view), name=f"configurator_editor_{name}")
        return found

    def row(route: str, view: Any, name: str) -> URLPattern:
        pattern = rf"^(?P<pk>[0-9]+)/(?P<what>rules|prices|options|groups|rentals|car)/{route}$"
        found: URLPattern = re_path(pattern, site.admin_view(view), name=f"configurator_editor_{name}")
        return found

    one = r"(?P<row>[0-9]+)/"
    return [
        at("workspace/", workspace.workspace, "workspace"),
        at("check/", workspace.check, "lint"),
        at("log/", history.log, "log"),
        at("preview/", previewing.show, "preview"),
        at("preview/<str:day>/", previewing.show, "preview_on"),
        at("changes/", versions.changes, "changes"),
        at("publish/", versions.ask, "publish"),
        at("versions/", versions.versions, "versions"),
        at("versions/<int:number>/", versions.version, "version"),
        at("versions/<int:number>/restore/", versions.bring_back, "restore"),
        at("versions/<int:number>/publish/", versions.ask, "publish_again"),
        at("publications/<int:publication_id>/", versions.publication, "publication"),
        re_path(
            r"^(?P<pk>[0-9]+)/publications/(?P<publication_id>[0-9]+)/(?P<what>approve|refuse|cancel|fallback)/$",
            site.admin_view(versions.decide),
            name="configurator_editor_decide",
        ),
        row("new/", rows.new, "new"),
        row("check/", rows.check, "check"),
        row(one, rows.edit, "edit"),
        row(f"{one}show/", rows.show, "show"),
        row(f"{one}delete/", rows.delete, "delete"),
        row(f"{one}check/", rows.check, "check"),
        row(f"{one}table.csv", rows.export, "export"),
    ]
