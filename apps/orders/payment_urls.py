from django.urls import path

from apps.orders import payment_views

urlpatterns = [
    path("webhooks/<slug:name>/", payment_views.webhook, name="payment-webhook"),
    path("sandbox/<uuid:payment_id>/", payment_views.sandbox_page, name="sandbox-pay"),
]
