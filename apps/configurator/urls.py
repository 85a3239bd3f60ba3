"""Addresses of the configurator's pages."""

from django.urls import path

from apps.configurator import views

app_name = "configurator"
urlpatterns = [
    path("configure/", views.index, name="index"),
    path("configure/<slug:slug>/", views.configure, name="configure"),
    path("configure/<slug:slug>/save/", views.save, name="save"),
    path("configure/<slug:slug>/battery/", views.battery, name="battery"),
    path("builds/", views.find, name="find"),
    path("builds/compare/", views.compare, name="compare"),
    path("builds/<str:code>/", views.build, name="build"),
    path("builds/<str:code>/rename/", views.rename, name="rename"),
    path("builds/<str:code>/delete/", views.delete, name="delete"),
]
