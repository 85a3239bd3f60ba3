from django.urls import path

from apps.catalog import views
from apps.catalog.composing import views as composing

app_name = "catalog"
urlpatterns = [
    path("", views.list_view, name="list"),
    path("compare/", views.compare, name="compare"),
    path("look/<slug:model>.json", views.look, name="look"),
    path("card/<slug:model>.jpg", views.card, name="card_now"),
    path("card/<slug:model>/<slug:digest>.jpg", views.card, name="card"),
    path(
        "stills/<slug:slug>/<slug:view>/<int:width>/<str:name>.<str:digest>.<str:kind>", composing.still, name="still"
    ),
    path("rendered/<str:name>", views.rendered, name="rendered"),
    path("<slug:brand>/<slug:model>/", views.detail, name="detail"),
]
