"""Targets in Django's admin, for what the pages do not do."""

from django.contrib import admin

from tom_targets.models import DynamicTargetList, PersistentShare, Target, TargetExtra, TargetList, TargetName


class TargetNameInline(admin.TabularInline):
    model = TargetName
    extra = 0


class TargetExtraInline(admin.TabularInline):
    model = TargetExtra
    extra = 0


@admin.register(Target)
class TargetAdmin(admin.ModelAdmin):
    list_display = ("name", "type", "permissions", "created")
    list_filter = ("type", "permissions")
    search_fields = ("name", "aliases__name")
    inlines = (TargetNameInline, TargetExtraInline)
    # Counting a million rows to draw a page takes longer than the page.
    show_full_result_count = False
    ordering = ("-created",)


@admin.register(TargetList)
class TargetListAdmin(admin.ModelAdmin):
    list_display = ("name", "created")
    search_fields = ("name",)
    raw_id_fields = ("targets",)


@admin.register(DynamicTargetList)
class DynamicTargetListAdmin(admin.ModelAdmin):
    list_display = ("name", "owner", "pinned", "created")
    search_fields = ("name",)
    raw_id_fields = ("owner",)


@admin.register(PersistentShare)
class PersistentShareAdmin(admin.ModelAdmin):
    list_display = ("target", "destination", "user", "created")
    raw_id_fields = ("target", "user")
