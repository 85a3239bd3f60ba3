from django.urls import path

from apps.accounts import views

# Names without a namespace, like those of allauth beside them.
urlpatterns = [
    path("", views.overview, name="account"),
    path("profile/", views.profile, name="account_profile"),
    path("messages/", views.wishes, name="account_messages"),
    path("addresses/", views.addresses, name="account_addresses"),
    path("addresses/new/", views.new_address, name="account_address_new"),
    path("addresses/<int:pk>/", views.edit_address, name="account_address"),
    path("addresses/<int:pk>/delete/", views.delete_address, name="account_address_delete"),
    path("addresses/<int:pk>/default/", views.default_address, name="account_address_default"),
    path("tokens/", views.tokens, name="account_tokens"),
    path("tokens/<int:pk>/revoke/", views.revoke_token, name="account_token_revoke"),
]
