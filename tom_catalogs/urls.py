from django.urls import path

from tom_catalogs import views

app_name = "tom_catalogs"

urlpatterns = [
    path("query/", views.CatalogQueryView.as_view(), name="query"),
    path("query/answer/", views.QueryAnswerView.as_view(), name="query-answer"),
    path("resolve/", views.ResolveView.as_view(), name="resolve"),
    path("resolve/ask/", views.ResolveAskView.as_view(), name="resolve-ask"),
    path("resolve/answer/", views.ResolveAnswerView.as_view(), name="resolve-answer"),
]
