from django.urls import include, path

urlpatterns = [path("", include("tom_common.urls"))]

handler403 = "tom_common.views.pages.permission_denied"
handler404 = "tom_common.views.pages.page_not_found"
handler500 = "tom_common.views.pages.server_error"
