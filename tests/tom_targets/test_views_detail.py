"""A target's page and its panels, as everybody may or may not see them."""

import json
import re
from types import SimpleNamespace
from unittest.mock import patch

from django.db import connection
from django.template import Context, Template
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tom_common.integration import Contribution
from tom_common.permissions import grant
from tom_common.testing import logged_in, make_group, make_superuser, make_user
from tom_targets.models import Target, TargetExtra, TargetList, TargetName
from tom_targets.testing import CometTargetFactory, NonSiderealTargetFactory, SiderealTargetFactory

PANELS = ("plan", "visibility-plot", "moon-distance", "moon-distance-plot", "finder-chart", "aladin-target", "groups",
          "comments", "position")
EXTRA_FIELDS = [{"name": "redshift", "type": "number"}, {"name": "secret", "type": "string", "hidden": True}]


def url(name, target, query=""):
    return reverse(f"tom_targets:{name}", args=[target.pk]) + query


class RolesTests(TestCase):
    """Anonymous, member, other member, superuser: the page and every panel of it answer alike."""

    @classmethod
    def setUpTestData(cls):
        cls.team = make_group("team")
        cls.member, cls.other = make_user("member", groups=[cls.team]), make_user("other")
        cls.superuser = make_superuser("pi")
        levels = ("OPEN", "PUBLIC", "PRIVATE")
        cls.targets = {level: SiderealTargetFactory.create(permissions=level) for level in levels}
        grant([cls.team], to=cls.targets["PRIVATE"])

    def answers(self, user, level):
        client, target = logged_in(user), self.targets[level]
        return {name: client.get(url(name, target)) for name in ("detail", *PANELS)}

    def test_who_may_see_it_sees_the_page_and_all_panels(self):
        seen = ((None, "OPEN"), (self.other, "PUBLIC"), (self.member, "PRIVATE"), (self.superuser, "PRIVATE"))
        for user, level in seen:
            for name, response in self.answers(user, level).items():
                with self.subTest(user=user, level=level, page=name):
                    self.assertEqual(response.status_code, 200)

    def test_who_may_not_is_told_that_there_is_no_such_page(self):
        for name, response in self.answers(self.other, "PRIVATE").items():
            with self.subTest(name):
                self.assertEqual(response.status_code, 404)

    def test_a_visitor_is_asked_to_log_in_whether_the_target_exists_or_not(self):
        nobody = logged_in()
        for name in ("detail", *PANELS, "update", "delete"):
            for target in (self.targets["PRIVATE"], SimpleNamespace(pk=999_999)):
                with self.subTest(page=name, pk=target.pk):
                    response = nobody.get(url(name, target))
                    login = f"/accounts/login/?next={url(name, target)}"
                    self.assertRedirects(response, login, fetch_redirect_response=False)

    def test_a_private_target_and_none_look_the_same_to_others(self):
        client = logged_in(self.other)
        private = client.get(url("detail", self.targets["PRIVATE"]))
        absent = client.get(url("detail", SimpleNamespace(pk=999_999)))
        self.assertEqual(private.status_code, absent.status_code)
        self.assertNotContains(private, self.targets["PRIVATE"].name, status_code=404)

    def test_buttons_are_shown_to_those_who_may_press_them(self):
        target = self.targets["PUBLIC"]
        grant([self.team], to=target, actions=["change"])
        self.assertNotContains(logged_in(self.other).get(url("detail", target)), url("update", target))
        response = logged_in(self.member).get(url("detail", target))
        self.assertContains(response, url("update", target))
        self.assertNotContains(response, url("delete", target))
        self.assertContains(logged_in(self.superuser).get(url("detail", target)), url("delete", target))

    def test_the_finder_chart_shows_only_what_the_reader_may_see(self):
        target = self.targets["OPEN"]
        SiderealTargetFactory.create(name="Hidden one", ra=target.ra, dec=target.dec + 0.01, permissions="PRIVATE")
        SiderealTargetFactory.create(name="Open one", ra=target.ra, dec=target.dec - 0.01, permissions="OPEN")
        chart = logged_in(self.other).get(url("finder-chart", target))
        self.assertContains(chart, "Open one")
        self.assertNotContains(chart, "Hidden one")
        self.assertContains(logged_in(self.superuser).get(url("finder-chart", target)), "Hidden one")

    def test_groups_show_those_that_the_reader_may_see(self):
        target = self.targets["OPEN"]
        mine, theirs = TargetList.objects.create(name="My list"), TargetList.objects.create(name="Their list")
        for grouping in (mine, theirs):
            grouping.targets.add(target)
        grant([self.member], to=mine)
        response = logged_in(self.member).get(url("groups", target))
        self.assertContains(response, "My list")
        self.assertNotContains(response, "Their list")
        self.assertNotContains(logged_in().get(url("groups", target)), "My list")


@override_settings(EXTRA_FIELDS=EXTRA_FIELDS)
class TargetPageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = make_user("member")
        cls.target = Target(
            name="Barnard's star", ra=269.452076, dec=4.693365, pm_ra=-802.8, pm_dec=10362.5, epoch=2000.0,
            parallax=547.45, permissions="OPEN",
        )
        cls.target.save(names=["GJ 699"], extras={"redshift": -0.0004, "secret": "under embargo", "colour": "red"})

    def page(self, target=None, query="", user=None):
        return logged_in(user or self.user).get(url("detail", target or self.target, query))

    def test_it_says_where_the_target_is_in_every_notation(self):
        page = self.page()
        for text in ("17:57:48.50 +04:41:36.1", "269.452076 +4.693365", "Ophiuchus", "31.00870 +14.06265", "GJ 699"):
            self.assertContains(page, text)
        self.assertContains(page, 'data-copy-text="17:57:48.50 +04:41:36.1"')

    def test_proper_motion_is_followed_to_today(self):
        page = self.page()
        self.assertContains(page, "Position now")
        self.assertRegex(page.content.decode(), r"moved 2[67]\d\.\d\d″ since 2000")

    def test_extras_and_tags_are_shown_and_hidden_ones_are_not(self):
        page = self.page()
        self.assertContains(page, "redshift")
        self.assertContains(page, "-0.0004")
        self.assertContains(page, "colour")
        self.assertNotContains(page, "secret")
        self.assertNotContains(page, "under embargo")

    def test_markup_in_names_is_text(self):
        bad = SiderealTargetFactory.create(name="<b>x</b>&\"'", permissions="OPEN")
        TargetName.objects.create(target=bad, name="<script>alert(1)</script>")
        for name in ("detail", "finder-chart", "plan", "groups", "aladin-target"):
            with self.subTest(name):
                content = self.client.get(url(name, bad)).content.decode()
                self.assertNotIn("<b>x</b>", content)
                self.assertNotIn("<script>alert", content)

    def test_a_target_without_a_position_has_a_page(self):
        bare = Target(name="bare", permissions="OPEN")
        bare.save()
        self.assertContains(self.page(bare), "no position yet")
        for name in ("finder-chart", "plan", "position"):
            self.assertContains(self.client.get(url(name, bare)), "osition")
        for name in ("visibility-plot", "moon-distance-plot"):
            answer = self.client.get(url(name, bare))
            self.assertEqual(answer.json()["data"], [])
            self.assertIn("no position", answer.json()["message"])

    def test_the_poles_and_ra_zero_have_pages(self):
        for ra, dec in ((0.0, 0.0), (0.0, 90.0), (359.9999999, -90.0)):
            target = SiderealTargetFactory.create(ra=ra, dec=dec, permissions="OPEN")
            for name in ("detail", "finder-chart", "plan", "visibility-plot", "moon-distance-plot"):
                with self.subTest(ra=ra, dec=dec, page=name):
                    self.assertEqual(self.client.get(url(name, target)).status_code, 200)

    def test_a_tab_is_opened_by_its_address_and_an_unknown_one_opens_the_first(self):
        self.assertEqual(self.page(query="?tab=manage-groups").context["active_tab"], "manage-groups")
        self.assertEqual(self.page(query="?tab=nonsense").context["active_tab"], "overview")

    def test_an_older_link_hands_its_night_to_the_plan(self):
        page = self.page(query="?start_time=2026-02-03T22:00&airmass=1.5")
        self.assertContains(page, "plan/?start_time=2026-02-03T22%3A00&amp;airmass=1.5")


class InlineTests(TestCase):
    """The Content-Security-Policy runs no script and no style that stands in a page, so none may."""

    def test_nothing_stands_inline(self):
        user = make_superuser()
        target = SiderealTargetFactory.create()
        comet = CometTargetFactory.create()
        client = logged_in(user)
        pages = [url(name, one) for one in (target, comet) for name in ("detail", "update", "delete", *PANELS)]
        pages += [reverse(f"targets:{name}") for name in ("list", "create", "targetgrouping", "create-group", "aladin")]
        pages += [reverse("targets:create") + "?type=NON_SIDEREAL", reverse("targets:search") + "?q=nothing"]
        for path in pages:
            page = client.get(path)
            if "html" not in page["Content-Type"]:
                continue
            with self.subTest(path):
                for tag in re.findall(r"<[a-zA-Z][^>]*>", page.content.decode()):
                    self.assertNotRegex(tag, r"""\s(style|on[a-z]+)\s*=""")
                    if tag.startswith("<script"):
                        self.assertRegex(tag, r'src="/|type="application/json"')


class CostTests(TestCase):
    """The first byte costs the same whatever belongs to the target."""

    def queries_and_size(self, client, target):
        client.get(url("detail", target))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(url("detail", target))
        return len(queries), len(page.content)

    def test_few_queries_and_few_bytes_whatever_the_data(self):
        user = make_user("member")
        plain, rich = SiderealTargetFactory.create(permissions="OPEN"), SiderealTargetFactory.create(permissions="OPEN")
        grant([user], to=plain)
        grant([user], to=rich)
        TargetName.objects.bulk_create(TargetName(target=rich, name=f"alias {n}") for n in range(40))
        TargetExtra.objects.bulk_create(TargetExtra(target=rich, key=f"tag {n}", value=str(n)) for n in range(60))
        for n in range(20):
            TargetList.objects.create(name=f"list {n}").targets.add(rich)
        client = logged_in(user)
        (few, small), (many, large) = self.queries_and_size(client, plain), self.queries_and_size(client, rich)
        self.assertEqual(few, many)
        self.assertLessEqual(many, 12)
        self.assertLess(small, 30_000)
        self.assertLess(large, 60_000)

    def test_a_moving_target_costs_no_more(self):
        self.assertLessEqual(self.queries_and_size(logged_in(), CometTargetFactory.create(permissions="OPEN"))[0], 12)


class PanelTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.star = SiderealTargetFactory.create(name="M31", ra=10.6847, dec=41.26875, permissions="OPEN")
        cls.asteroid = NonSiderealTargetFactory.create(permissions="OPEN")
        cls.comet = CometTargetFactory.create(permissions="OPEN")

    def test_a_moving_target_has_a_position_and_coming_days(self):
        for target in (self.asteroid, self.comet):
            panel = self.client.get(url("position", target))
            self.assertEqual(len(panel.context["table"]), 10)
            for text in ("From the Sun (r)", "From the Earth", "Motion", "Phase angle", "Constellation"):
                self.assertContains(panel, text)
            self.assertContains(self.client.get(url("detail", target)), url("position", target))

    def test_elements_that_are_no_orbit_are_told(self):
        Target.objects.filter(pk=self.asteroid.pk).update(eccentricity=None)
        self.assertContains(self.client.get(url("position", self.asteroid)), "Eccentricity")
        self.assertContains(self.client.get(url("plan", self.asteroid)), "Eccentricity")
        self.assertContains(self.client.get(url("finder-chart", self.asteroid)), "Eccentricity")
        self.assertIn("Eccentricity", self.client.get(url("visibility-plot", self.asteroid)).json()["message"])

    def test_old_elements_come_with_a_warning(self):
        Target.objects.filter(pk=self.asteroid.pk).update(epoch_of_elements=50000.0)
        self.assertContains(self.client.get(url("position", self.asteroid)), "away from their epoch")

    def test_the_plan_asks_says_and_remembers(self):
        panel = self.client.get(url("plan", self.star, "?site=Siding+Spring&night=2026-03-01&airmass=1.5"))
        self.assertContains(panel, "Transit")
        self.assertContains(panel, "site=Siding+Spring&amp;night=2026-03-01&amp;airmass=1.5")
        again = self.client.get(url("plan", self.asteroid))
        self.assertEqual(again.context["form"].data["site"], "Siding Spring")

    def test_wrong_input_to_the_plan_stays_and_is_told_at_its_field(self):
        panel = self.client.get(url("plan", self.star, "?site=Atlantis&night=never&airmass=-1&compare=Atlantis"))
        self.assertEqual(set(panel.context["form"].errors), {"site", "night", "airmass", "compare"})
        self.assertContains(panel, 'value="never"')
        self.assertNotContains(panel, "tom-plot")
        plot = self.client.get(url("visibility-plot", self.star, "?site=Atlantis&night=never"))
        self.assertEqual(plot.status_code, 400)
        self.assertIn("Atlantis", plot.json()["message"])

    def test_figures_are_json_with_traces(self):
        for name in ("visibility-plot", "moon-distance-plot"):
            answer = self.client.get(url(name, self.star))
            self.assertEqual(answer["Content-Type"], "application/json")
            self.assertGreaterEqual(len(json.loads(answer.content)["data"]), 2)
        self.assertEqual(self.client.get(url("moon-distance-plot", self.star, "?days=abc")).status_code, 200)

    def test_the_field_of_the_finder_chart_can_be_chosen(self):
        self.assertContains(self.client.get(url("finder-chart", self.star, "?field=60")), "1° wide")
        self.assertContains(self.client.get(url("finder-chart", self.star, "?field=junk")), "15′ wide")

    def test_the_sky_viewer_has_a_frame_whose_policy_lets_it_write_styles_and_no_other_page_does(self):
        frame = self.client.get(url("aladin-target", self.star))
        for source in ("'unsafe-inline'", "'wasm-unsafe-eval'", "https://alasky.cds.unistra.fr"):
            self.assertIn(source, frame["Content-Security-Policy"])
        self.assertEqual(frame["X-Frame-Options"], "SAMEORIGIN")
        page = self.client.get(url("detail", self.star))
        self.assertNotIn("unsafe-inline", page["Content-Security-Policy"])
        self.assertNotContains(page, "aladin.js")
        self.assertEqual(frame.context["view"]["survey"], "https://alasky.cds.unistra.fr/DSS/DSSColor")

    @override_settings(CSP_IMAGE_SERVERS=[])
    def test_a_project_that_wants_no_outside_images_has_no_button_for_them(self):
        self.assertNotContains(self.client.get(url("finder-chart", self.star)), "Sky image")
        self.assertNotContains(self.client.get(reverse("targets:list")), "With sky images")

    def test_comments_lead_back_to_the_page(self):
        panel = logged_in(make_user()).get(url("comments", self.star))
        self.assertContains(panel, f'name="next" value="{self.star.get_absolute_url()}#comments"')

    @override_settings(COMMENTS_ENABLED=False)
    def test_without_comments_there_is_no_such_panel(self):
        self.assertNotContains(self.client.get(url("detail", self.star)), url("comments", self.star))


def greeting(context):
    """A contributed context: called with the template's."""
    return {"greeting": f"Hello {context['target'].name}", "target": context["target"]}


def broken(context):
    raise RuntimeError("no such luck")


class ContributionTests(TestCase):
    """What apps add to the page; a broken one is named, and the page comes."""

    def setUp(self):
        self.target = SiderealTargetFactory.create(name="M31", permissions="OPEN")

    def page(self, **entries):
        app = SimpleNamespace(label="custom_code", verbose_name="My plugin")
        original = __import__("tom_common.integration", fromlist=["collect"]).collect

        def collect(method):
            return [Contribution(app, entry) for entry in entries.get(method, ())] or original(method)

        with (
            patch("tom_common.integration.collect", collect), patch("tom_targets.panels.collect", collect),
            patch("tom_targets.templatetags.targets_extras.collect", collect),
        ):
            return self.client.get(url("detail", self.target))

    def test_tabs_buttons_and_panels_get_the_pages_context(self):
        partial = {"partial": "tom_targets/partials/target_feature.html", "context": f"{__name__}.greeting"}
        page = self.page(
            target_detail_tabs=[{"label": "My Tab", **partial}], target_detail_buttons=[partial],
            target_detail_panels=[{"label": "Light curve of mine", "url_name": "targets:moon-distance"},
                                  {"label": "Inside", **partial}],
        )
        self.assertContains(page, 'id="my-tab"')
        self.assertContains(page, 'href="#my-tab"')
        self.assertContains(page, 'id="panel-light-curve-of-mine"')
        self.assertContains(page, 'id="panel-inside"')

    def test_a_broken_contribution_is_named_and_the_page_still_comes(self):
        partial = {"partial": "tom_targets/partials/target_feature.html", "context": f"{__name__}.broken"}
        missing = {"partial": "no/such/template.html"}
        with self.assertLogs("tom_common", "ERROR"), self.assertLogs("tom_targets", "ERROR"):
            page = self.page(
                target_detail_tabs=[{"label": "Bad", **partial}, {"label": "Gone", **missing}],
                target_detail_buttons=[partial, missing],
                target_detail_panels=[{"label": "Nowhere", "url_name": "no:such-page"}, {"label": "Broken", **partial}],
            )
        self.assertEqual(page.status_code, 200)
        self.assertGreaterEqual(page.content.decode().count("could not be shown"), 6)
        self.assertContains(page, "My plugin could not be shown")


class TagTests(TestCase):
    def setUp(self):
        self.user = make_user("member")
        self.target = SiderealTargetFactory.create(name="M31", ra=10.6847083, dec=41.26875, permissions="PUBLIC")

    def render(self, source, **context):
        from django.test import RequestFactory

        request = RequestFactory().get("/")
        request.user, request.session = context.get("user", self.user), {}
        template = Template("{% load targets_extras tom_common_extras %}" + source)
        return template.render(Context({"target": self.target, "request": request, "user": request.user, **context}))

    def test_coordinates_are_written_in_parts(self):
        text = self.render(
            "{{ target.ra|deg_to_sexigesimal:'hms' }} {{ target.dec|deg_to_sexigesimal:'dms' }}"
            "{{ nothing|deg_to_sexigesimal:'hms' }}"
        )
        self.assertEqual(text.strip(), "00:42:44.330 +41:16:07.500")

    @override_settings(EXTRA_FIELDS=EXTRA_FIELDS)
    def test_an_extra_field_comes_in_its_type(self):
        TargetExtra.objects.create(target=self.target, key="redshift", value="0.5")
        text = self.render("{{ target|target_extra_field:'redshift' }}|{{ target|target_extra_field:'none' }}")
        self.assertEqual(text, "0.5|None")

    def test_recent_targets_are_those_that_the_visitor_may_see(self):
        SiderealTargetFactory.create(name="Hidden", permissions="PRIVATE")
        for tag in ("recent_targets", "recently_updated_targets"):
            shown = self.render(f"{{% {tag} limit=5 %}}")
            self.assertIn("M31", shown)
            self.assertNotIn("Hidden", shown)

    def test_a_plain_table_has_the_columns_of_the_settings(self):
        with override_settings(TARGET_LIST_COLUMNS=["name", "type", "ra", "observations", "constellation"]):
            table = self.render("{% target_table targets %}", targets=[self.target])
        self.assertIn("Andromeda", table)
        self.assertIn("10.6847083", table)
        self.assertIn(f'value="{self.target.pk}"', table)

    def test_every_tag_of_a_page_can_be_used_in_a_template_of_ones_own(self):
        source = (
            "{% target_feature target %}{% target_buttons target %}{% target_data target %}{% target_groups target %}"
            "{% target_unknown_statuses target %}{% target_plan %}{% moon_distance target day_range=10 %}"
            "{% target_plan fast_render=True width=400 height=300 background='#fff' %}{% aladin_finderchart target %}"
            "{% aladin_skymap targets %}{% aladin_skymap_targets_oob targets %}{% target_distribution targets %}"
            "{% get_buttons %}{% include_app_tabs %}{% include_app_tab_divs %}{% select_target_js %}"
        )
        page = self.render(source, targets=Target.objects.all())
        self.assertIn(url("plan", self.target), page)
        self.assertIn("days=10", page)
        self.assertIn('id="aladin-targets-data"', page)
        self.assertIn('"name": "M31"', page)
