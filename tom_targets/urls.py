"""The addresses of targets: pages, and the fragments that pages fetch when they are seen."""

from django.urls import path

from tom_targets import (
    api_urls,  # noqa: F401  (it registers itself with the API)
    views,
)

app_name = "tom_targets"

urlpatterns = [
    path("", views.TargetListView.as_view(), name="list"),
    path("search/", views.TargetSearchView.as_view(), name="search"),
    path("skymap/", views.TargetSkyMapView.as_view(), name="skymap"),
    path("aladin/", views.AladinListView.as_view(), name="aladin"),
    path("targetgrouping/", views.TargetGroupingView.as_view(), name="targetgrouping"),
    path("targetgrouping/create/", views.TargetGroupingCreateView.as_view(), name="create-group"),
    path("targetgrouping/<int:pk>/update/", views.TargetGroupingUpdateView.as_view(), name="update-group"),
    path("targetgrouping/<int:pk>/access/", views.GroupingAccessView.as_view(), name="group-access"),
    path("dynamiclist/create/", views.DynamicListCreateView.as_view(), name="dynamic-list-create"),
    path("dynamiclist/pinned/", views.PinnedListsView.as_view(), name="pinned-lists"),
    path("dynamiclist/<int:pk>/", views.DynamicListView.as_view(), name="dynamic-list"),
    path("dynamiclist/<int:pk>/count/", views.DynamicListCountView.as_view(), name="dynamic-list-count"),
    path("dynamiclist/<int:pk>/update/", views.DynamicListUpdateView.as_view(), name="dynamic-list-update"),
    path("dynamiclist/<int:pk>/access/", views.DynamicListAccessView.as_view(), name="dynamic-list-access"),
    path("dynamiclist/<int:pk>/delete/", views.DynamicListDeleteView.as_view(), name="dynamic-list-delete"),
    path("access/", views.BulkAccessView.as_view(), name="bulk-access"),
    path("targetgrouping/<int:pk>/delete/", views.TargetGroupingDeleteView.as_view(), name="delete-group"),
    path("<int:pk>/access/", views.TargetAccessView.as_view(), name="access"),
    path("add-remove-grouping/", views.TargetAddRemoveGroupingView.as_view(), name="add-remove-grouping"),
    path("targetselection/", views.TargetFacilitySelectionView.as_view(), name="target-selection"),
    path("import/", views.TargetImportView.as_view(), name="import"),
    path("import/sample/", views.SampleTableView.as_view(), name="import-sample"),
    path("import/<int:pk>/", views.TargetImportTableView.as_view(), name="import-table"),
    path("import/<int:pk>/refused/", views.RefusedRowsView.as_view(), name="import-refused"),
    path("import/<int:pk>/delete/", views.TargetImportDeleteView.as_view(), name="import-delete"),
    path("export/", views.TargetExportView.as_view(), name="export"),
    path("crossmatch/", views.CrossmatchView.as_view(), name="crossmatch"),
    path("region/", views.RegionView.as_view(), name="region"),
    path("sky-search/<int:pk>/", views.SkySearchView.as_view(), name="sky-search"),
    path("sky-search/<int:pk>/list/", views.SkySearchListView.as_view(), name="sky-search-list"),
    path("seed/", views.TargetSeedView.as_view(), name="seed"),
    path("duplicates/", views.DuplicatesView.as_view(), name="duplicates"),
    path("duplicates/<int:pk>/judge/", views.DuplicateJudgeView.as_view(), name="duplicate-judge"),
    path("create/", views.TargetCreateView.as_view(), name="create"),
    path("name/<path:name>", views.TargetNameSearchView.as_view(), name="name-search"),
    path("<int:pk>/", views.TargetDetailView.as_view(), name="detail"),
    path("<int:pk>/update/", views.TargetUpdateView.as_view(), name="update"),
    path("<int:pk>/delete/", views.TargetDeleteView.as_view(), name="delete"),
    # What the page of a target fetches when it is seen
    path("<int:pk>/position/", views.PositionView.as_view(), name="position"),
    path("<int:pk>/plan/", views.TargetPlanView.as_view(), name="plan"),
    path("<int:pk>/visibility-plot/", views.VisibilityPlotView.as_view(), name="visibility-plot"),
    path("<int:pk>/moon-distance/", views.MoonDistancePanelView.as_view(), name="moon-distance"),
    path("<int:pk>/moon-distance-plot/", views.MoonDistancePlotView.as_view(), name="moon-distance-plot"),
    path("<int:pk>/finder-chart/", views.FinderChartView.as_view(), name="finder-chart"),
    path("<int:pk>/aladin/", views.AladinTargetView.as_view(), name="aladin-target"),
    path("<int:pk>/groups/", views.TargetGroupsPanelView.as_view(), name="groups"),
    path("<int:pk>/comments/", views.CommentsPanelView.as_view(), name="comments"),
    path("<int:pk>/timeline/", views.TimelinePanelView.as_view(), name="timeline"),
    path("merge/<int:pk1>/<int:pk2>", views.TargetMergeView.as_view(), name="merge"),
    path("merge-record/<int:pk>/", views.MergeRecordView.as_view(), name="merge-record"),
]
