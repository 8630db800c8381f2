from django.urls import path

from tom_dataproducts.views import (
    TargetPhotometryCsvView,
    TargetPhotometryPlotView,
    TargetPhotometryTableView,
    TargetPhotometryView,
    TargetSpectroscopyPlotView,
    TargetSpectroscopyView,
)

app_name = "tom_dataproducts"

urlpatterns = [
    path("target/<int:pk>/photometry/", TargetPhotometryView.as_view(), name="target-photometry"),
    path("target/<int:pk>/photometry/plot/", TargetPhotometryPlotView.as_view(), name="target-photometry-plot"),
    path("target/<int:pk>/photometry/table/", TargetPhotometryTableView.as_view(), name="target-photometry-table"),
    path("target/<int:pk>/photometry/csv/", TargetPhotometryCsvView.as_view(), name="target-photometry-csv"),
    path("target/<int:pk>/spectroscopy/", TargetSpectroscopyView.as_view(), name="target-spectroscopy"),
    path(
        "target/<int:pk>/spectroscopy/plot/", TargetSpectroscopyPlotView.as_view(), name="target-spectroscopy-plot"
    ),
]
