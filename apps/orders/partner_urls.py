from django.urls import path

from apps.orders.partner_views import webhook

app_name = "partners"
urlpatterns = [path("webhooks/<slug:partner>/", webhook, name="webhook")]
