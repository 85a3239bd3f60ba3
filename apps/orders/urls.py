from django.urls import path

from apps.orders import views

app_name = "orders"
urlpatterns = [
    path("basket/", views.basket, name="basket"),
    path("basket/add/", views.add, name="add"),
    path("basket/lines/<int:pk>/", views.change_line, name="line"),
    path("basket/lines/<int:pk>/remove/", views.remove_line, name="remove"),
    path("basket/code/", views.enter_code, name="code"),
    path("checkout/", views.checkout, name="checkout"),
    path("checkout/stores/", views.stores, name="stores"),
    path("checkout/region/", views.region, name="region"),
    path("orders/find/", views.find, name="find"),
    path("orders/<str:number>/", views.detail, name="detail"),
    path("orders/<str:number>/progress/", views.progress, name="progress"),
    path("orders/<str:number>/pay/", views.pay, name="pay"),
    path("orders/<str:number>/sign/", views.sign, name="sign"),
    path("orders/<str:number>/cancel/", views.cancel, name="cancel"),
    path("orders/<str:number>/accept/", views.accept, name="accept"),
    path("orders/<str:number>/acts/<slug:name>/", views.act, name="act"),
    path("orders/<str:number>/handover/", views.handover, name="handover"),
    path("orders/<str:number>/messages/", views.order_messages, name="messages"),
    path("handover/", views.deliveries, name="deliveries"),
    path("handover/worker.js", views.worker, name="tablet_worker"),
    path("handover/token/", views.token, name="tablet_token"),
    path("handover/<str:number>/", views.tablet, name="tablet"),
    path("handover/<str:number>/entries/", views.entries, name="tablet_entries"),
    path("orders/<str:number>/payments/", views.payments, name="payments"),
    path("orders/<str:number>/trade-in/<slug:act>/", views.trade_in, name="trade-in"),
    path("orders/<str:number>/coins/", views.use_coins, name="coins"),
    path("orders/<str:number>/loan/<slug:act>/", views.loan, name="loan"),
    path("orders/<str:number>/loan-documents/<int:pk>/", views.document, name="loan-document"),
    path("orders/loan-documents/<int:pk>/file/", views.document_for_clerk, name="loan-document-clerk"),
    path("orders/<str:number>/invoices/<int:pk>/", views.invoice, name="invoice"),
    path("account/orders/", views.mine, name="mine"),
    path("account/orders/claim/", views.claim, name="claim"),
]
