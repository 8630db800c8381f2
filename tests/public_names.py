"""The names that plugins and projects rely on: modules, classes, signatures, addresses, templates, tags, settings.

A line of `MODULES` is a constant (`NAME`), a function (`name(arguments)`) or a class
(`Name: attribute; method(arguments)`).
What is not there yet is listed in `LATER`; each piece of work that brings some of it makes that list shorter.
"""

MODULES = {
    "tom_targets.api_views": """
        permissions_map
        TargetViewSet: serializer_class; filter_backends; filterset_class; get_queryset(); create(request, *args,
            **kwargs); update(request, *args, **kwargs); handle_exception(exc)
        TargetNameViewSet: serializer_class; get_queryset()
        TargetExtraViewSet: serializer_class; get_queryset()
        TargetListViewSet: serializer_class; get_queryset()
    """,
    "tom_targets.apps": """
        TomTargetsConfig: name; ready()
    """,
    "tom_targets.base_models": """
        GLOBAL_TARGET_FIELDS
        IGNORE_FIELDS
        SIDEREAL_FIELDS
        NON_SIDEREAL_FIELDS
        REQUIRED_SIDEREAL_FIELDS
        REQUIRED_NON_SIDEREAL_FIELDS
        REQUIRED_NON_SIDEREAL_FIELDS_PER_SCHEME
        get_default_target_permission()
        get_target_model_app_label()
        TargetMatchManager: is_unique(target, *args, **kwargs); match_target(target, *args, **kwargs);
            match_name(name); match_cone_search(ra, dec, radius); match_exact_name(name); match_fuzzy_name(name,
            input_queryset=None); simplify_name(name)
        BaseTarget: SIDEREAL; NON_SIDEREAL; TARGET_TYPES; TARGET_SCHEMES; name; type; created; modified;
            permissions; ra; dec; epoch; parallax; pm_ra; pm_dec; galactic_lng; galactic_lat; distance;
            distance_err; scheme; epoch_of_elements; mean_anomaly; arg_of_perihelion; eccentricity; lng_asc_node;
            inclination; mean_daily_motion; semimajor_axis; epoch_of_perihelion; ephemeris_period;
            ephemeris_period_err; ephemeris_epoch; ephemeris_epoch_err; perihdist; abs_mag; slope; objects;
            save(*args, **kwargs); validate_unique(*args, **kwargs); get_absolute_url(); featured_image(); names;
            constellation; future_observations; extra_fields; tags; as_dict(); give_user_access(user)
    """,
    "tom_targets.fields": """
        TargetFilteredPrimaryKeyRelatedField: get_queryset()
    """,
    "tom_targets.filters": """
        filter_for_field(field)
        filter_number(queryset, name, value)
        filter_datetime(queryset, name, value)
        filter_boolean(queryset, name, value)
        filter_text(queryset, name, value)
        TargetFilterSet: name; name_fuzzy; cone_search; target_cone_search; key; value; targetlist__name; type;
            __init__(*args, **kwargs); form; filter_name(queryset, name, value); filter_name_fuzzy(queryset, name,
            value); filter_cone_search(queryset, name, value); get_target_list_queryset(request);
            general_search(queryset, name, value)
        TargetGroupFilterSet:
    """,
    "tom_targets.forms": """
        TargetExtraFormset
        TargetNamesFormset
        extra_field_to_form_field(field_type)
        CoordinateField: __init__(*args, **kwargs); to_python(value)
        TargetForm: groups; __init__(*args, **kwargs); save(commit=True)
        SiderealTargetCreateForm: ra; dec; __init__(*args, **kwargs)
        NonSiderealTargetCreateForm: __init__(*args, **kwargs); clean_epoch_of_perihelion();
            clean_epoch_of_elements(); clean()
        UnknownTypeTargetCreateForm: __init__(*args, **kwargs)
        TargetVisibilityForm: start_time; end_time; airmass; clean()
        TargetShareForm: share_destination; share_title; share_message; target; submitter; __init__(*args, **kwargs)
        TargetListShareForm: share_destination; share_title; share_message; target_list; submitter; __init__(*args,
            **kwargs)
        TargetMergeForm: name_select
        AdminPersistentShareForm: destination; __init__(*args, **kwargs)
        PersistentShareForm: target; share_existing_data; __init__(*args, **kwargs)
        TargetSelectionForm: target_list; observatory; window_start; __init__(*args, **kwargs)
    """,
    "tom_targets.groups": """
        add_all_to_grouping(filter_data, grouping_object, request)
        add_selected_to_grouping(targets_ids, grouping_object, request)
        remove_all_from_grouping(filter_data, grouping_object, request)
        remove_selected_from_grouping(targets_ids, grouping_object, request)
        move_all_to_grouping(filter_data, grouping_object, request)
        move_selected_to_grouping(targets_ids, grouping_object, request)
    """,
    "tom_targets.merge": """
        merge_error_message(request)
        target_merge(primary_target, secondary_target)
    """,
    "tom_targets.models": """
        Target
        get_target_model_class()
        TargetName: target; name; created; modified; validate_unique(*args, **kwargs)
        TargetExtra: target; key; value; float_value; bool_value; time_value; save(*args, **kwargs);
            typed_value(type_val)
        TargetList: name; targets; created; modified; get_absolute_url(); total_targets
        PersistentShare: target; user; destination; created
    """,
    "tom_targets.permissions": """
        targets_for_user(user, qs, action)
    """,
    "tom_targets.persistent_sharing_serializers": """
        PersistentShareSerializer: destination; target; share_existing_data; create(validated_data)
    """,
    "tom_targets.seed": """
        messier_targets
        seed_messier_targets()
    """,
    "tom_targets.serializers": """
        TargetNameSerializer: id
        TargetExtraSerializer: id
        TargetListSerializer: id; name
        TargetSerializer: targetextra_set; aliases; target_lists; groups; create(validated_data);
            to_representation(instance); update(instance, validated_data)
    """,
    "tom_targets.sharing": """
        share_target_and_all_data(share_destination, target)
        continuous_share_data(target, reduced_datums)
        share_target_with_tom(share_destination, form_data, target_lists=())
    """,
    "tom_targets.signals.handlers": """
        cb_reduceddatum_post_save(sender, instance, *args, **kwargs)
        cb_target_post_delete(sender, instance, *args, **kwargs)
    """,
    "tom_targets.tables": """
        TargetGroupTable: name; total_targets; id; order_total_targets(queryset, is_descending); render_id(value)
        TargetTable: selection; name; partial_template_name
    """,
    "tom_targets.templatetags.targets_extras": """
        get_target_list_columns()
        target_table_headers(model)
        get_app_tabs(context)
    """,
    "tom_targets.utils": """
        export_targets(qs)
        import_targets(target_stream)
        cone_search_filter(queryset, ra, dec, radius)
    """,
    "tom_targets.validators": """
        validate_mjd(value)
        RequiredFieldsTogetherValidator: __init__(type_name, type_value, *args); __call__(attrs)
    """,
    "tom_targets.views": """
        render_observation_table(request, pk)
        TargetListView: template_name; paginate_by; strict; model; filterset_class; table_class; ordering;
            get_context_data(*args, **kwargs); get_queryset(*args, **kwargs)
        TargetNameSearchView: get(request, *args, **kwargs)
        TargetCreateView: template_name; model; fields; get_default_target_type(); get_target_type(); get_initial();
            get_context_data(**kwargs); get_form_class(); form_valid(form); get_form(*args, **kwargs)
        TargetUpdateView: template_name; model; fields; get_context_data(**kwargs); form_valid(form);
            get_queryset(*args, **kwargs); get_form_class(); get_initial(); get_form(*args, **kwargs)
        TargetDeleteView: template_name; success_url; model; get_queryset(*args, **kwargs)
        TargetShareView: template_name; permission_required; form_class; get_context_data(*args, **kwargs);
            get_success_url(); form_invalid(form); form_valid(form)
        TargetDetailView: template_name; model; get_queryset(*args, **kwargs); get_context_data(*args, **kwargs);
            get(request, *args, **kwargs)
        TargetHermesPreloadView: model; permission_required; post(request, *args, **kwargs)
        TargetImportView: template_name; post(request)
        TargetExportView: render_to_response(context, **response_kwargs)
        TargetMergeView: template_name; form_class; get_name_select_choices(pk1, pk2); get_context_data(*args,
            **kwargs); post(request, *args, **kwargs); get(request, *args, **kwargs)
        TargetAddRemoveGroupingView: post(request, *args, **kwargs)
        TargetGroupingView: permission_required; template_name; model; table_class; filterset_class; paginate_by;
            get_context_data(*args, **kwargs)
        TargetGroupingDeleteView: permission_required; model; success_url
        TargetGroupingCreateView: model; fields; success_url; form_valid(form)
        TargetGroupingShareView: template_name; permission_required; form_class; get_context_data(*args, **kwargs);
            get_success_url(); form_invalid(form); form_valid(form)
        TargetGroupingHermesPreloadView: model; permission_required; post(request, *args, **kwargs)
        TargetFacilitySelectionView: template_name; strict; model; paginate_by; permission_required; form_class;
            observable_targets; get_context_data(*args, **kwargs); post(request, *args, **kwargs); get(request,
            *args, **kwargs); get_observable_targets(targets_page, window_start, observatory)
        PersistentShareManageFormView: renderer_classes; template_name; permission_required; serializer_class;
            get(request)
        TargetPersistentShareManageFormView: get(request, target_pk)
        PersistentShareManageTable: get(request)
        TargetPersistentShareManageTable: get(request, target_pk)
        TargetSeedView: post(request, *args, **kwargs); get(request, *args, **kwargs)
    """,
    "tom_targets.viewsets": """
        PSModelPermission: perms_map
        TargetAccessPermission: message; has_permission(request, view); has_object_permission(request, view, obj)
        PersistentShareViewSet: serializer_class; permission_classes; get_queryset(); get_serializer(*args,
            **kwargs); perform_create(serializer)
    """,
    "tom_common.api_router": """
        collect_api_urls()
        SharedAPIRootRouter: shared_router; register(*args, **kwargs)
    """,
    "tom_common.api_views": """
        GroupViewSet: serializer_class; get_queryset()
    """,
    "tom_common.apps": """
        TomCommonConfig: name; ready(); profile_details()
    """,
    "tom_common.default_settings": """
        TOMTOOKIT_INSTALLED_APPS
        TOMTOOKIT_MIDDLEWARE
    """,
    "tom_common.exceptions": """
        ImproperCredentialsException:
    """,
    "tom_common.forms": """
        UserProfileInlineFormSet
        ChangeUserPasswordForm: password; change_password_form
        GroupForm: users; save(*args, **kwargs)
        ProfileModelForm:
        CustomUserCreationForm: email; groups; __init__(*args, **kwargs); save(commit=True); clean(); is_valid();
            has_changed()
    """,
    "tom_common.hints": """
        HINTS_ENABLED
        HINT_LEVEL
        add_hint(request, hint_text, level=HINT_LEVEL)
    """,
    "tom_common.hooks": """
        import_method(name)
        run_hook(name, *args, **kwargs)
        target_post_save(target, created)
        observation_change_state(observation, previous_state)
    """,
    "tom_common.htmx_table": """
        htmx_attributes
        htmx_attributes_instant
        htmx_attributes_onenter
        htmx_attributes_delayed
        HTMXTable: selection; partial_template_name; model_property_ordering(queryset, is_descending,
            model_property=None); get_partial_template_name()
        HTMXTableFilterSet: query; form; get_general_search_function(); general_search(queryset, name, value)
        HTMXTableViewMixin: get_template_names(); get_context_data(**kwargs)
    """,
    "tom_common.middleware": """
        ExternalServiceMiddleware: __init__(get_response); __call__(request); process_exception(request, exception)
        AuthStrategyMiddleware: __init__(get_response); __call__(request)
        Raise403Middleware: __init__(get_response); __call__(request)
    """,
    "tom_common.mixins": """
        SuperuserRequiredMixin: dispatch(*args, **kwargs)
        Raise403PermissionRequiredMixin: return_403
    """,
    "tom_common.models": """
        Profile: user; affiliation
        UserSession: user; session
        EncryptedProperty: __init__(db_field_name)
        EncryptableModelMixin: user; reencrypt_model_fields(decoding_cipher, encoding_cipher);
            clear_encrypted_fields()
    """,
    "tom_common.serializers": """
        GroupSerializer: id; name
    """,
    "tom_common.session_utils": """
        SESSION_KEY_FOR_CIPHER_ENCRYPTION_KEY
        ModelType
        create_cipher_encryption_key(user, password)
        save_key_to_session_store(key, session_store)
        get_key_from_session_model(session)
        get_key_from_session_store(session_store)
        get_encrypted_field(user, model_instance, field_name)
        set_encrypted_field(user, model_instance, field_name, value)
        reencrypt_data(user)
        reencrypt_encypted_fields_for_user(app_config, user, decoding_cipher, encoding_cipher)
        clear_encrypted_fields_for_user(app_config, user)
    """,
    "tom_common.signals": """
        save_profile_on_user_post_save(sender, instance, **kwargs)
        create_auth_token_on_user_post_save(sender, instance=None, created=False, **kwargs)
        create_user_session_on_user_logged_in(sender, request, user, **kwargs)
        delete_user_session_on_user_logged_out(sender, request, user, **kwargs)
        set_cipher_on_user_logged_in(sender, request, user, **kwargs)
        clear_encryption_key_on_user_logged_out(sender, request, user, **kwargs)
        user_updated_on_user_pre_save(sender, **kwargs)
    """,
    "tom_common.views": """
        robots_txt(request)
        GroupCreateView: form_class; model; success_url
        GroupDeleteView: model; success_url
        GroupUpdateView: form_class; model; success_url; get_initial(*args, **kwargs)
        UserListView: template_name
        UserDeleteView: success_url; model; dispatch(*args, **kwargs)
        RegenerateAPITokenView: partial_template_name; dispatch(*args, **kwargs); post(request, pk)
        UserProfileView: template_name
        UserPasswordChangeView: template_name; confirmation_template_name; success_url; form_class;
            get_context_data(**kwargs); get(request, *args, **kwargs); post(request, *args, **kwargs);
            form_valid(form)
        UserCreateView: template_name; success_url; form_class
        UserUpdateView: model; template_name; form_class; get_success_url(); get_context_data(**kwargs);
            get_form(form_class=None); dispatch(*args, **kwargs); form_valid(form)
        CommentDeleteView: model; form_valid(form)
    """,
    "tom_catalogs.apps": """
        TomCatalogsConfig: name; harvester_classes()
    """,
    "tom_catalogs.forms": """
        CatalogQueryForm: term; catalog_choices; service; __init__(*args, **kwargs); get_catalog_choices();
            get_target()
    """,
    "tom_catalogs.harvester": """
        get_service_classes()
        MissingDataException:
        AbstractHarvester: name; catalog_data; query(term); jd_to_mjd(jd_value); to_target()
    """,
    "tom_catalogs.harvesters.jplhorizons": """
        JPLHorizonsHarvester: name; help_text; query(term, location=None, start=None, end=None, step=None);
            to_target()
    """,
    "tom_catalogs.harvesters.mpc": """
        MPCHarvester: name; query(term); to_target()
        MPCExplorerHarvester: name; query(term); to_target()
    """,
    "tom_catalogs.harvesters.ned": """
        NEDHarvester: name; query(term); to_target()
    """,
    "tom_catalogs.harvesters.simbad": """
        SimbadHarvester: name; __init__(*args, **kwargs); query(term); to_target()
    """,
    "tom_catalogs.harvesters.tns": """
        TNS_URL
        TNS_CREDENTIALS
        get(term)
        TNSHarvester: name; help_text; query(term); to_target()
    """,
    "tom_catalogs.templatetags.dataservices_extras": """
        catalog_query_menu()
    """,
    "tom_catalogs.views": """
        CatalogQueryView: form_class; template_name; form_valid(form); get_success_url()
    """,
}

#: name: its path, with the arguments it was reversed by. Whatever is in `targets:` is in `tom_targets:` as well.
ADDRESSES = {
    "targets:list": ("/targets/", {}),
    "targets:targetgrouping": ("/targets/targetgrouping/", {}),
    "targets:create": ("/targets/create/", {}),
    "targets:import": ("/targets/import/", {}),
    "targets:export": ("/targets/export/", {}),
    "targets:seed": ("/targets/seed/", {}),
    "targets:merge": ("/targets/merge/1/2", {"pk1": 1, "pk2": 2}),
    "targets:add-remove-grouping": ("/targets/add-remove-grouping/", {}),
    "targets:name-search": ("/targets/name/x", {"name": "x"}),
    "targets:update": ("/targets/1/update/", {"pk": 1}),
    "targets:delete": ("/targets/1/delete/", {"pk": 1}),
    "targets:share": ("/targets/1/share/", {"pk": 1}),
    "targets:hermes-preload": ("/targets/1/hermes-preload/", {"pk": 1}),
    "targets:detail": ("/targets/1/", {"pk": 1}),
    "targets:render-observation-table": ("/targets/1/observation-list/", {"pk": 1}),
    "targets:delete-group": ("/targets/targetgrouping/1/delete/", {"pk": 1}),
    "targets:create-group": ("/targets/targetgrouping/create/", {}),
    "targets:share-group": ("/targets/targetgrouping/1/share/", {"pk": 1}),
    "targets:group-hermes-preload": ("/targets/targetgrouping/1/hermes-preload/", {"pk": 1}),
    "targets:persistent-share-manage-form": ("/targets/persistentshare/manage/", {}),
    "targets:target-persistent-share-manage-form": ("/targets/1/persistentshare/manage/", {"target_pk": 1}),
    "targets:persistent-share-manage-table": ("/targets/persistentshare/manage/table", {}),
    "targets:target-persistent-share-manage-table": ("/targets/1/persistentshare/manage/table", {"target_pk": 1}),
    "targets:persistent-share": ("/targets/persistentshare/", {}),
    "targets:persistent-share-detail": ("/targets/persistentshare/1/", {"pk": 1}),
    "targets:target-persistent-share": ("/targets/1/persistentshare/", {"target_pk": 1}),
    "targets:target-selection": ("/targets/targetselection/", {}),
    "tom_catalogs:query": ("/catalogs/query/", {}),
    "home": ("/", {}),
    "login": ("/accounts/login/", {}),
    "logout": ("/accounts/logout/", {}),
    "robots_txt": ("/robots.txt", {}),
    "user-list": ("/users/", {}),
    "user-create": ("/users/create/", {}),
    "user-profile": ("/users/profile/", {}),
    "user-update": ("/users/1/update/", {"pk": 1}),
    "user-delete": ("/users/1/delete/", {"pk": 1}),
    "admin-user-change-password": ("/users/1/changepassword/", {"pk": 1}),
    "regenerate-api-token": ("/users/1/regenerate-token/", {"pk": 1}),
    "group-update": ("/groups/1/update/", {"pk": 1}),
    "group-delete": ("/groups/1/delete/", {"pk": 1}),
    "comment-delete": ("/comment/1/delete", {"pk": 1}),
    "group-create": ("/groups/create/", {}),
    "admin:index": ("/admin/", {}),
    "comments-post-comment": ("/comments/post/", {}),
    "rest_framework:login": ("/api-auth/login/", {}),
    "api:targets-list": ("/api/targets/", {}),
    "api:targets-detail": ("/api/targets/1/", {"pk": 1}),
    "api:targetname-detail": ("/api/targetname/1/", {"pk": 1}),
    "api:targetextra-detail": ("/api/targetextra/1/", {"pk": 1}),
    "api:observations-list": ("/api/observations/", {}),
    "api:observations-detail": ("/api/observations/1/", {"pk": 1}),
    "api:dataproducts-list": ("/api/dataproducts/", {}),
    "api:dataproducts-detail": ("/api/dataproducts/1/", {"pk": 1}),
    "api:reduceddatums-list": ("/api/reduceddatums/", {}),
    "api:reduceddatums-detail": ("/api/reduceddatums/1/", {"pk": 1}),
    "api:groups-list": ("/api/groups/", {}),
    "api:targetlist-detail": ("/api/targetlist/1/", {"pk": 1}),
}

#: paths without a name
PATHS = ("/api/token-auth/", "/admin/", "/comments/post/")

#: template: its blocks
TEMPLATES = {
    "tom_targets/partials/aladin_finderchart.html": (),
    "tom_targets/partials/aladin_skymap.html": (),
    "tom_targets/partials/aladin_skymap_targets_oob.html": (),
    "tom_targets/partials/app_tab_divs.html": (),
    "tom_targets/partials/app_tabs.html": (),
    "tom_targets/partials/create_persistent_share.html": (),
    "tom_targets/partials/module_buttons.html": (),
    "tom_targets/partials/moon_distance.html": (),
    "tom_targets/partials/observation_table.html": (),
    "tom_targets/partials/persistent_share_table.html": (),
    "tom_targets/partials/recent_targets.html": (),
    "tom_targets/partials/recently_updated_targets.html": (),
    "tom_targets/partials/target_buttons.html": (),
    "tom_targets/partials/target_data.html": (),
    "tom_targets/partials/target_feature.html": (),
    "tom_targets/partials/target_groups.html": (),
    "tom_targets/partials/target_merge_fields.html": (),
    "tom_targets/partials/target_plan.html": (),
    "tom_targets/partials/target_table.html": (),
    "tom_targets/partials/target_table_partial.html": (),
    "tom_targets/partials/target_unknown_statuses.html": (),
    "tom_targets/partials/targetlist_select.html": (),
    "tom_targets/target_confirm_delete.html": ("title", "content"),
    "tom_targets/target_detail.html": ("title", "additional_css", "content"),
    "tom_targets/target_facility_selection.html": ("title", "additional_css", "content"),
    "tom_targets/target_form.html": ("title", "content"),
    "tom_targets/target_group_share.html": ("title", "additional_css", "content"),
    "tom_targets/target_grouping.html": ("title", "content"),
    "tom_targets/target_import.html": ("title", "content"),
    "tom_targets/target_list.html": ("title", "content", "target_table_content"),
    "tom_targets/target_manage_persistent_shares.html": ("title", "additional_css", "content"),
    "tom_targets/target_merge.html": ("title", "content"),
    "tom_targets/target_share.html": ("title", "additional_css", "content"),
    "tom_targets/targetlist_confirm_delete.html": ("title", "content"),
    "tom_targets/targetlist_form.html": ("title", "content"),
    "404.html": ("content",),
    "auth/group_confirm_delete.html": ("content", "title"),
    "auth/group_form.html": ("content",),
    "auth/partials/app_user_lists.html": (),
    "auth/partials/group_list.html": (),
    "auth/partials/user_list.html": (),
    "auth/user_confirm_change_password.html": ("content", "title"),
    "auth/user_confirm_delete.html": ("content", "title"),
    "auth/user_list.html": ("title", "content"),
    "bootstrap4_overrides/pagination.html": (),
    "comments/form.html": (),
    "comments/list.html": (),
    "django_comments/comment_confirm_delete.html": ("title", "content"),
    "django_filters/widgets/multiwidget.html": (),
    "registration/login.html": ("title", "content"),
    "tom_common/base.html": ("additional_css", "title", "content", "javascript", "extra_javascript"),
    "tom_common/bootstrap_htmx.html": ("table.thead", "pagination.previous", "pagination.range", "pagination.next"),
    "tom_common/change_user_password.html": ("title", "content"),
    "tom_common/create_user.html": ("title", "content"),
    "tom_common/index.html": ("title", "content"),
    "tom_common/navbar_content.html": (),
    "tom_common/partials/api_token.html": (),
    "tom_common/partials/app_profiles.html": (),
    "tom_common/partials/confirm_user_delete.html": (),
    "tom_common/partials/copy_button.html": ("scripts",),
    "tom_common/partials/htmx_table_partial.html": (),
    "tom_common/partials/include_app_partial.html": (),
    "tom_common/partials/messages.html": (),
    "tom_common/partials/navbar_app_addons.html": (),
    "tom_common/partials/navbar_login.html": (),
    "tom_common/partials/revealable_password_input.html": (),
    "tom_common/partials/user_data.html": (),
    "tom_common/user_profile.html": ("title", "content"),
    "tom_catalogs/partials/catalog_query_menu.html": (),
    "tom_catalogs/query_form.html": ("title", "content"),
}

#: library: its tags and filters, as the functions behind them are called
TAGS = {
    "targets_extras": (
        "bold_sharing_source(value)",
        "recent_targets(limit=10)",
        "recently_updated_targets(limit=10)",
        "target_feature(target)",
        "target_buttons(target)",
        "target_data(target)",
        "target_unknown_statuses(target)",
        "target_groups(target)",
        "target_plan(fast_render=False, width=600, height=400, background=None, label_color=None, grid=True)",
        "moon_distance(target, day_range=30, width=600, height=400, background=None, label_color=None, grid=True)",
        "deg_to_sexigesimal(value, fmt)",
        "target_extra_field(target, name)",
        "select_target_js()",
        "aladin_finderchart(target)",
        "aladin_skymap(targets)",
        "aladin_skymap_targets_oob(targets)",
        "target_merge_fields(target1, target2)",
        "target_distribution(targets)",
        "target_table_row(target)",
        "target_table(targets, all_checked=False)",
        "persistent_share_table(target)",
        "create_persistent_share(target)",
        "get_buttons()",
        "extra_form_field(form, field)",
        "include_app_tab_divs()",
        "include_app_tabs()",
    ),
    "bootstrap4_overrides": (
        "bootstrap_pagination(page, **kwargs)",
    ),
    "tom_common_extras": (
        "navbar_app_addons(position='left')",
        "comments_enabled()",
        "verbose_name(instance, field_name)",
        "help_text(instance, field_name)",
        "recent_comments(limit=10)",
        "truncate_value_for_display(value, width=12)",
        "multiplyby(value, arg)",
        "addstr(arg1, arg2)",
        "tom_name()",
        "copy_button(text_to_copy='', help_text='Copy')",
        "show_individual_app_partial(app_partial_data)",
        "get_theme()",
    ),
    "user_extras": (
        "group_list()",
        "user_list()",
        "include_app_user_lists()",
        "user_data(user)",
        "show_app_profiles(user)",
    ),
    "dataservices_extras": (
        "catalog_query_menu()",
    ),
}

SETTINGS = (
    "AUTH_STRATEGY", "OPEN_URLS", "TARGET_PERMISSIONS_ONLY", "TARGET_DEFAULT_PERMISSION", "TARGET_MODEL_CLASS",
    "TARGET_TYPE", "TARGET_LIST_COLUMNS", "EXTRA_FIELDS", "MATCH_MANAGERS", "GENERAL_SEARCH_FUNCTIONS",
    "SELECTION_EXTRA_FIELDS", "HOOKS", "TOM_FACILITY_CLASSES", "FACILITIES", "TOM_CADENCE_STRATEGIES",
    "AUTO_THUMBNAILS", "THUMBNAIL_DEFAULT_SIZE", "THUMBNAIL_MAX_SIZE", "DATA_PRODUCT_TYPES", "DATA_PROCESSORS",
    "DATA_PRODUCT_PATH", "SINGLE_TARGET_DATA_SERVICES", "DATA_SHARING", "DATA_SERVICES", "TOM_ALERT_CLASSES",
    "BROKERS", "LASAIR_TOKEN", "TOM_HARVESTER_CLASSES", "INCLUDE_HARVESTER_CLASSES", "EXCLUDE_HARVESTER_CLASSES",
    "HARVESTERS", "TOM_NAME", "CSS_THEME", "PLOTLY_THEME", "SHOW_PAGINATION_INFO",
    "COMMENTS_ENABLED", "HINTS_ENABLED", "HINT_LEVEL", "ROBOTS_TXT_PATH",
)

#: what an app may contribute by a method of its AppConfig
CONTRIBUTIONS = (
    "nav_items", "target_detail_buttons", "target_detail_tabs", "profile_details", "user_lists", "include_url_paths",
    "harvester_classes", "observation_facilities", "data_services",
)

#: app label: codenames that django-guardian's `assign_perm` is given
PERMISSIONS = {
    "tom_targets": (
        "view_target", "change_target", "delete_target", "add_target", "view_targetlist", "change_targetlist",
        "delete_targetlist",
    ),
}

#: not there yet: a module, a name or a member, and with it all that belongs to it
LATER = {
    # sharing
    "tom_targets.sharing", "tom_targets.persistent_sharing_serializers", "tom_targets.viewsets",
    "tom_targets.forms.TargetShareForm", "tom_targets.forms.TargetListShareForm",
    "tom_targets.forms.AdminPersistentShareForm", "tom_targets.forms.PersistentShareForm",
    "tom_targets.signals.handlers.cb_reduceddatum_post_save", "tom_targets.signals.handlers.cb_target_post_delete",
    "tom_targets.views.TargetShareView", "tom_targets.views.TargetGroupingShareView",
    "tom_targets.views.TargetHermesPreloadView", "tom_targets.views.TargetGroupingHermesPreloadView",
    "tom_targets.views.PersistentShareManageFormView", "tom_targets.views.TargetPersistentShareManageFormView",
    "tom_targets.views.PersistentShareManageTable", "tom_targets.views.TargetPersistentShareManageTable",
    "targets:share", "targets:share-group", "targets:hermes-preload", "targets:group-hermes-preload",
    "targets:persistent-share", "targets:persistent-share-detail", "targets:target-persistent-share",
    "targets:persistent-share-manage-form", "targets:target-persistent-share-manage-form",
    "targets:persistent-share-manage-table", "targets:target-persistent-share-manage-table",
    "targets_extras.bold_sharing_source", "targets_extras.persistent_share_table",
    "targets_extras.create_persistent_share", "tom_targets/partials/create_persistent_share.html",
    "tom_targets/partials/persistent_share_table.html", "tom_targets/target_group_share.html",
    "tom_targets/target_manage_persistent_shares.html", "tom_targets/target_share.html", "DATA_SHARING",
    # observations
    "tom_targets.views.render_observation_table", "targets:render-observation-table",
    "tom_targets/partials/observation_table.html",
    "api:observations-list", "api:observations-detail", "observation_facilities", "TOM_FACILITY_CLASSES", "FACILITIES",
    "TOM_CADENCE_STRATEGIES",
    # data products and data services
    "api:dataproducts-list", "api:dataproducts-detail", "api:reduceddatums-list", "api:reduceddatums-detail",
    "AUTO_THUMBNAILS", "THUMBNAIL_DEFAULT_SIZE", "THUMBNAIL_MAX_SIZE", "DATA_PROCESSORS", "SINGLE_TARGET_DATA_SERVICES",
    "DATA_SERVICES", "data_services",
    # alerts
    "TOM_ALERT_CLASSES", "BROKERS", "LASAIR_TOKEN",
}

#: names of the 2.x line that will not come, and what stands in their place
REPLACED = {
    "tom_common.session_utils": "credentials are encrypted with SECRET_KEY: tom_common.encryption",
    "tom_common.models.UserSession": "no key is kept in a session any more",
    "tom_common.models.EncryptedProperty": "tom_common.encryption.EncryptedModelField",
    "tom_common.models.EncryptableModelMixin": "tom_common.encryption.EncryptedModelField",
    "tom_common.signals.create_user_session_on_user_logged_in": "no key is kept in a session any more",
    "tom_common.signals.delete_user_session_on_user_logged_out": "no key is kept in a session any more",
    "tom_common.signals.set_cipher_on_user_logged_in": "no key is kept in a session any more",
    "tom_common.signals.clear_encryption_key_on_user_logged_out": "no key is kept in a session any more",
    "tom_common.signals.user_updated_on_user_pre_save": "no key hangs on the password any more",
    "tom_targets.views.TargetGroupingView.permission_required": "TargetList.objects.visible_to(user)",
    "tom_targets.views.TargetGroupingDeleteView.permission_required": "TargetList.objects.deletable_by(user)",
    "tom_targets.views.TargetFacilitySelectionView.permission_required": "Target.objects.visible_to(user)",
}
