"""Pages of targets."""

from tom_targets.views.access_page import BulkAccessView, GroupingAccessView, TargetAccessView
from tom_targets.views.crossmatch import CrossmatchView, RegionView, SkySearchListView, SkySearchView
from tom_targets.views.detail import (
    AladinTargetView,
    CommentsPanelView,
    FinderChartView,
    MoonDistancePanelView,
    PositionView,
    TargetDetailView,
    TargetGroupsPanelView,
)
from tom_targets.views.duplicates import DuplicateJudgeView, DuplicatesView
from tom_targets.views.dynamic_lists import (
    DynamicListAccessView,
    DynamicListCountView,
    DynamicListCreateView,
    DynamicListDeleteView,
    DynamicListUpdateView,
    DynamicListView,
    PinnedListsView,
    TargetGroupingUpdateView,
)
from tom_targets.views.edit import TargetCreateView, TargetDeleteView, TargetUpdateView
from tom_targets.views.exchange import (
    RefusedRowsView,
    SampleTableView,
    TargetExportView,
    TargetImportDeleteView,
    TargetImportTableView,
    TargetImportView,
)
from tom_targets.views.groups import (
    TargetAddRemoveGroupingView,
    TargetGroupingCreateView,
    TargetGroupingDeleteView,
    TargetGroupingView,
)
from tom_targets.views.lists import AladinListView, TargetListView, TargetSkyMapView
from tom_targets.views.merge import MergeRecordView, TargetMergeView
from tom_targets.views.plots import MoonDistancePlotView, TargetPlanView, VisibilityPlotView
from tom_targets.views.search import TargetNameSearchView, TargetSearchView
from tom_targets.views.seed import TargetSeedView
from tom_targets.views.selection import TargetFacilitySelectionView
from tom_targets.views.timeline import TimelinePanelView

__all__ = [
    "AladinListView", "AladinTargetView", "BulkAccessView", "CommentsPanelView", "CrossmatchView",
    "DuplicateJudgeView", "DuplicatesView", "DynamicListAccessView", "DynamicListCountView",
    "DynamicListCreateView", "DynamicListDeleteView", "DynamicListUpdateView", "DynamicListView", "FinderChartView",
    "GroupingAccessView", "MergeRecordView", "MoonDistancePanelView", "MoonDistancePlotView", "PinnedListsView",
    "PositionView", "RefusedRowsView", "RegionView", "SampleTableView", "SkySearchListView", "SkySearchView",
    "TargetAccessView", "TargetAddRemoveGroupingView", "TargetCreateView", "TargetDeleteView", "TargetDetailView",
    "TargetExportView", "TargetFacilitySelectionView", "TargetGroupingCreateView", "TargetGroupingDeleteView",
    "TargetGroupingUpdateView", "TargetGroupingView", "TargetGroupsPanelView", "TargetImportDeleteView",
    "TargetImportTableView", "TargetImportView", "TargetListView", "TargetMergeView", "TargetNameSearchView",
    "TargetPlanView", "TargetSearchView", "TargetSeedView", "TargetSkyMapView", "TargetUpdateView",
    "TimelinePanelView", "VisibilityPlotView",
]
