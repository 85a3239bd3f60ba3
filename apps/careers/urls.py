from django.urls import path

from apps.careers import views

app_name = "careers"
urlpatterns = [
    path("", views.listing, name="list"),
    path("<slug:slug>/", views.detail, name="detail"),
    path("<slug:slug>/apply/", views.apply, name="apply"),
    path("<slug:slug>/thanks/", views.thanks, name="thanks"),
]
