from django.urls import path

from apps.bundles import views

app_name = "bundles"
urlpatterns = [
    path("", views.index, name="index"),
    path("covers/", views.covers, name="covers"),
    path("maintenance/", views.maintenance, name="maintenance"),
    path("accessories/", views.accessories, name="accessories"),
    path("chargers/", views.chargers, name="chargers"),
    path("for/<slug:model>/", views.for_model, name="for_model"),
]
