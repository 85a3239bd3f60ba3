"""Under /stores/."""

from django.urls import path, re_path

from apps.stores import views

app_name = "stores"
urlpatterns = [
    path("", views.find, name="list"),
    path("appointments/<uuid:pk>/", views.appointment, name="appointment"),
    path("appointments/<uuid:pk>/cancel/", views.cancel, name="cancel"),
    path("appointments/<uuid:pk>/reschedule/", views.reschedule, name="reschedule"),
    path("appointments/<uuid:pk>/calendar.ics", views.calendar, name="calendar"),
    re_path(r"^(?P<code>[A-Z]{2}-[0-9]{4,8})/$", views.detail, name="detail"),
    re_path(r"^(?P<code>[A-Z]{2}-[0-9]{4,8})/book/$", views.book, name="book"),
]
