import re
import threading
from datetime import timedelta
from html import unescape
from unittest import mock
from urllib.parse import parse_qs, urlsplit

from django.contrib.auth.models import User
from django.template import RequestContext, Template
from django.test import RequestFactory, TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from tests.tom_catalogs.cases import CatalogueCase
from tom_catalogs import services
from tom_catalogs.forms import CatalogQueryForm
from tom_catalogs.models import CatalogAnswer
from tom_catalogs.resolve import parse_term, resolve
from tom_common import job_queue, jobs
from tom_common.models import Job
from tom_targets.models import Target

HTMX = {"HTTP_HX_REQUEST": "true"}
QUERY, RESOLVE = reverse("tom_catalogs:query"), reverse("tom_catalogs:resolve")


class PageCase(CatalogueCase):
    def setUp(self) -> None:
        super().setUp()
        self.user = User.objects.create_user("member", password="x")
        self.client.force_login(self.user)

    def work(self) -> int:
        """Do what a worker would do; returns how many jobs there were."""
        waiting = list(Job.objects.filter(state=Job.State.QUEUED))
        for job in waiting:
            jobs.run(job.pk)
        return len(waiting)

    def known(self, service: str, text: str, **ago: float) -> CatalogAnswer:
        """An answer that is kept already, `ago` old."""
        term = parse_term(text)
        kept = CatalogAnswer.objects.keep(resolve(service, term), term)
        if ago:
            CatalogAnswer.objects.filter(pk=kept.pk).update(answered=timezone.now() - timedelta(**ago))
        self.fake.requests.clear()
        return kept

    def query_of(self, url: str) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


class QueryPage(PageCase, TestCase):
    def ask(self, term: str, service: str = "Simbad", **more):
        return self.client.post(QUERY, {"term": term, "service": service, **more})

    def follow(self, response):
        """The page that the browser is sent to, once the worker is through."""
        self.assertEqual(self.query_of(response.url).keys(), {"term", "service", "job"})
        self.work()
        return self.client.get(response.url)

    def test_the_page_offers_every_catalogue_and_says_what_is_not_configured(self):
        with override_settings(HARVESTERS={}):
            response = self.client.get(QUERY)
        for label in ("SIMBAD", "NED", "Minor Planet Center", "JPL Horizons", "Transient Name Server"):
            self.assertContains(response, label)
        self.assertContains(response, "HARVESTERS['TNS'] has no api_key, bot_id, bot_name")

    def test_a_term_in_the_address_stands_in_the_form(self):
        response = self.client.get(QUERY, {"term": "M31", "service": "NED"})
        self.assertContains(response, 'value="M31"')
        self.assertContains(response, '<option value="NED" selected>')

    def test_what_is_found_fills_the_form_of_a_new_target(self):
        response = self.follow(self.ask("Vega"))
        self.assertEqual(response.status_code, 302)
        self.assertTrue(response.url.startswith(reverse("targets:create")))
        query = self.query_of(response.url)
        self.assertEqual((query["name"], query["type"]), ("alf Lyr", "SIDEREAL"))
        self.assertEqual((float(query["ra"]), float(query["dec"])), (279.23473479, 38.78368896))
        self.assertEqual(query["names"], "Vega,HD 172167,HR 7001,HIP 91262")
        page = self.client.get(response.url)
        self.assertContains(page, 'value="alf Lyr"')
        self.assertContains(page, 'value="HIP 91262"')
        self.assertContains(page, 'value="spectral_type"')
        self.assertContains(page, 'value="A0Va"')

    def test_elements_come_along_and_the_form_accepts_them(self):
        url = self.follow(self.ask("(433) Eros", "MPC")).url
        page = self.client.get(url)
        self.assertContains(page, "433 Eros")
        sent = {name: value for name, value in page.context["form"].initial.items() if value not in (None, "")}
        sent = {name: value for name, value in sent.items() if name != "groups"}
        created = self.client.post(reverse("targets:create"), {**sent, "permissions": "PRIVATE"})
        self.assertEqual(created.status_code, 302, created.context and created.context["form"].errors)
        target = Target.objects.get(name="433 Eros")
        self.assertEqual((target.scheme, target.epoch_of_elements), ("MPC_MINOR_PLANET", 60600.0))
        self.assertAlmostEqual(target.semimajor_axis, 1.458054554812146, places=9)

    def test_the_page_does_not_wait_for_the_catalogue(self):
        response = self.ask("M31")
        self.assertEqual(self.fake.requests, [])
        page = self.client.get(response.url)
        self.assertContains(page, "SIMBAD is being asked")
        self.assertContains(page, 'value="M31"')
        self.assertEqual(self.fake.requests, [])

    def test_the_waiting_page_looks_again_and_then_goes_on(self):
        response = self.ask("M31")
        page = self.client.get(response.url)
        look = unescape(re.search(r'hx-get="([^"]+/answer/[^"]*)"', page.content.decode()).group(1))
        again = self.client.get(look, **HTMX)
        self.assertContains(again, "SIMBAD is being asked")
        self.work()
        done = self.client.get(look, **HTMX)
        self.assertEqual(urlsplit(done.headers["HX-Redirect"]).path, QUERY)
        self.assertEqual(self.client.get(done.headers["HX-Redirect"]).status_code, 302)

    def test_a_kept_answer_is_used_at_once(self):
        self.known("Simbad", "M31")
        response = self.ask("M31")
        self.assertTrue(response.url.startswith(reverse("targets:create")))
        self.assertEqual(self.fake.requests, [])

    def test_each_failure_stands_at_the_field_and_the_term_is_kept(self):
        for reply, words in [
            ({"status": 503}, "has a problem of its own"), ({"status": 429}, "asks us to slow down"),
            ({"body": "<html>Maintenance</html>"}, "something that is not a VOTable"),
            ({"status": 400, "body": {"message": "no such column"}}, "no such column"),
        ]:
            self.fake.reply("Simbad", **reply)
            CatalogAnswer.objects.all().delete()
            page = self.follow(self.ask("M31"))
            self.assertContains(page, words)
            self.assertContains(page, 'value="M31"')
            self.assertIn("term", page.context["form"].errors)

    def test_an_unknown_name_is_not_found_and_kept(self):
        page = self.follow(self.ask("nosuchthing"))
        self.assertContains(page, "SIMBAD knows no object named &#x27;nosuchthing&#x27;")
        self.assertContains(page, 'value="nosuchthing"')

    def test_what_is_not_configured_says_so_without_asking(self):
        with override_settings(HARVESTERS={}):
            page = self.ask("SN 2023ixf", "TNS")
        self.assertContains(page, "is not configured")
        self.assertFalse(Job.objects.exists())

    def test_several_matches_are_a_list_to_choose_from(self):
        page = self.follow(self.ask("67P", "JPL Horizons"))
        self.assertContains(page, "elements of 2021")
        self.assertContains(page, '<input type="hidden" name="term" value="90000704;">')
        chosen = self.follow(self.ask("90000704;", "JPL Horizons"))
        self.assertEqual(self.query_of(chosen.url)["epoch_of_perihelion"][:8], "59520.06")

    def test_an_older_answer_stands_in_when_the_catalogue_is_down(self):
        self.known("Simbad", "M31", days=3)
        self.fake.reply("Simbad", status=503)
        response = self.follow(self.ask("M31"))
        self.assertTrue(response.url.startswith(reverse("targets:create")))
        page = self.client.get(response.url)
        self.assertContains(page, "SIMBAD has a problem of its own")
        self.assertContains(page, "3\xa0days ago")

    def test_impossible_input_is_told_at_its_field(self):
        for term, words in [("", "This field is required"), ("400.0 20", "is not a right ascension"),
                            ("x" * 300, "at most 200 characters")]:
            page = self.ask(term)
            self.assertContains(page, words)
        self.assertContains(self.ask("M31", "Vizier"), "Select a valid choice")
        self.assertContains(self.ask("M31'\"<script>", "Vizier"), "M31&#x27;&quot;&lt;script&gt;")

    def test_a_job_that_failed_is_told(self):
        response = self.ask("M31")
        jobs.cancel(Job.objects.get())
        self.assertContains(self.client.get(response.url), "SIMBAD was not asked")

    def test_a_job_of_somebody_else_is_none_of_mine(self):
        response = self.ask("M31")
        self.client.force_login(User.objects.create_user("other"))
        self.assertContains(self.client.get(response.url), "SIMBAD was not asked")

    @override_settings(TASKS={"default": {"BACKEND": job_queue.immediate_backend()}})
    def test_with_the_immediate_backend_one_request_is_enough(self):
        with mock.patch("django.db.transaction.on_commit", lambda function, **kwargs: function()):
            response = self.ask("M31")
        self.assertTrue(response.url.startswith(reverse("targets:create")))

    def test_scripts_get_a_target_from_the_form(self):
        form = CatalogQueryForm({"term": "05:34:31.94 +22:01:02.6", "service": "TNS"})
        self.assertTrue(form.is_valid())
        form = CatalogQueryForm({"term": "M31", "service": "Simbad"})
        self.assertTrue(form.is_valid())
        target = form.get_target()
        self.assertEqual((target.name, target.pk), ("M 31", None))
        self.assertIn("NGC 224", target.extra_names)


class ResolvePage(PageCase, TestCase):
    def cards(self, response) -> dict[str, str]:
        found = re.findall(r'<section class="card catalog-card" aria-label="([^"]+)"(.*?)</section>',
                           response.content.decode(), re.S)
        return {label: unescape(content) for label, content in found}

    def start(self, term: str, **more):
        return self.client.post(reverse("tom_catalogs:resolve-ask"), {"term": term, **more}, **HTMX)

    def look(self, card: str):
        return self.client.get(re.search(r'hx-get="([^"]+)"', card).group(1), **HTMX)

    def test_without_a_term_the_page_tells_what_can_be_asked(self):
        response = self.client.get(RESOLVE)
        self.assertContains(response, "Stars, galaxies and other objects")

    def test_the_page_comes_with_a_card_for_each_catalogue_and_asks_nobody_itself(self):
        response = self.client.get(RESOLVE, {"term": "M31"})
        self.assertEqual(len(self.cards(response)), 5)
        self.assertContains(response, 'hx-trigger="load, submit"')
        self.assertEqual((self.fake.requests, Job.objects.count()), ([], 0))

    def test_one_job_asks_them_all_and_each_card_fills_by_itself(self):
        cards = self.cards(self.start("M31"))
        self.assertTrue(all("Asking for M31" in card for card in cards.values()))
        self.assertContains(self.look(cards["SIMBAD"]), "Asking for M31")
        self.assertEqual(self.work(), 1)
        self.assertEqual(Job.objects.get().result["message"], "M31: found in 2 of 5 catalogues.")
        self.assertEqual({request.path.split("/")[1] for request in self.fake.requests}, {"simbad", "srs", "api"})
        self.assertContains(self.look(cards["SIMBAD"]), "00:42:44.33 +41:16:07.5")
        self.assertContains(self.look(cards["NED"]), "MESSIER 031")
        self.assertContains(self.look(cards["Minor Planet Center"]), "knows no minor planet or comet named")

    def test_a_slow_catalogue_does_not_hold_up_the_others(self):
        others_seen, seen = threading.Event(), []

        def ask(name, term):
            if name == "NED" and not others_seen.wait(30):
                raise AssertionError("The others waited for NED.")
            return resolve(name, term)

        with mock.patch("tom_catalogs.services.resolve", ask):
            for answer in services._answers(parse_term("M31"), ["NED", "Simbad", "MPC"]):
                seen.append((answer.harvester, answer.status))
                if len(seen) == 2:
                    others_seen.set()
        self.assertEqual(seen[-1][0], "NED")
        self.assertEqual(dict(seen)["Simbad"], "found")

    def test_kept_answers_stand_there_at_once_with_their_age(self):
        self.known("Simbad", "M31", hours=5)
        card = self.cards(self.client.get(RESOLVE, {"term": "M31"}))["SIMBAD"]
        self.assertIn("asked 5\xa0hours ago", card)
        self.assertIn("Make target", card)

    def test_only_what_is_not_fresh_is_asked(self):
        self.known("Simbad", "M31", hours=5)
        self.known("NED", "M31", days=5)
        self.start("M31")
        self.assertEqual(Job.objects.get().kwargs["harvesters"], ["JPL Horizons", "MPC", "NED", "TNS"])

    def test_asking_again_asks_also_what_is_fresh(self):
        self.known("Simbad", "M31")
        self.assertContains(self.start("M31", service="Simbad", again="1"), "hx-get")
        self.assertEqual(Job.objects.get().kwargs["harvesters"], ["Simbad"])

    def test_a_failure_does_not_wipe_out_what_was_known(self):
        self.known("Simbad", "M31", days=30)
        self.fake.reply("Simbad", status=503)
        self.start("M31", service="Simbad")
        self.work()
        card = self.cards(self.client.get(RESOLVE, {"term": "M31"}))["SIMBAD"]
        self.assertIn("Make target", card)
        self.assertIn("has a problem of its own", card)

    def test_make_target_leads_to_the_filled_form(self):
        self.known("Simbad", "Barnard's star")
        card = self.cards(self.client.get(RESOLVE, {"term": "Barnard's star"}))["SIMBAD"]
        query = self.query_of(re.search(r'href="([^"]*create[^"]+)"', card).group(1))
        self.assertEqual((query["pm_ra"], query["pm_dec"], query["parallax"]), ("-801.551", "10362.394", "546.9759"))
        self.assertIn("HIP 87937", query["names"])

    @override_settings(EXTRA_FIELDS=[{"name": "redshift", "type": "number"}])
    def test_extras_that_the_project_has_a_field_for_come_along(self):
        self.known("NED", "3C 273")
        card = self.cards(self.client.get(RESOLVE, {"term": "3C 273"}))["NED"]
        self.assertEqual(self.query_of(re.search(r'href="([^"]*create[^"]+)"', card).group(1))["redshift"], "0.158339")

    def test_what_is_a_target_already_is_told_by_name_alias_and_position(self):
        self.known("Simbad", "M31")
        for fields in [{"name": "m-31"}, {"name": "my galaxy", "ra": 10.6848, "dec": 41.2688}]:
            target = Target.objects.create(type="SIDEREAL", permissions="PUBLIC", **fields)
            card = self.cards(self.client.get(RESOLVE, {"term": "M31"}))["SIMBAD"]
            self.assertIn(f'Already a target: <a href="{target.get_absolute_url()}">', card)
            target.delete()
        target = Target(name="andromeda", type="SIDEREAL", permissions="PUBLIC")
        target.save(names=["NGC 224"])
        self.assertIn("Already a target", self.cards(self.client.get(RESOLVE, {"term": "M31"}))["SIMBAD"])

    def test_a_target_that_one_may_not_see_is_not_told_of(self):
        self.known("Simbad", "M31")
        Target.objects.create(name="M31", type="SIDEREAL", permissions="PRIVATE")
        self.assertNotIn("Already a target", self.cards(self.client.get(RESOLVE, {"term": "M31"}))["SIMBAD"])

    def test_one_of_several_is_asked_for_in_its_card(self):
        self.start("67P", service="JPL Horizons")
        self.work()
        card = self.cards(self.client.get(RESOLVE, {"term": "67P"}))["JPL Horizons"]
        self.assertIn('name="term" value="90000704;"', card)
        card = self.cards(self.start("90000704;", service="JPL Horizons"))["JPL Horizons"]
        self.work()
        self.assertContains(self.look(card), "67P/Churyumov-Gerasimenko")

    def test_a_position_is_asked_with_its_radius(self):
        page = self.client.get(RESOLVE, {"term": "05:34:31.9 +22:01:00", "radius": "60"})
        self.assertContains(page, "Within 60″")
        self.start("05:34:31.9 +22:01:00", radius="60")
        self.work()
        cards = self.cards(self.client.get(RESOLVE, {"term": "05:34:31.9 +22:01:00", "radius": "60"}))
        self.assertIn("3.2″ SNR", cards["SIMBAD"])
        self.assertIn("asked by name, not by position", cards["Minor Planet Center"])
        elsewhere = self.cards(self.client.get(RESOLVE, {"term": "05:34:31.9 +22:01:00", "radius": "5"}))
        self.assertIn("Asking for", elsewhere["SIMBAD"])

    def test_impossible_input_is_told_at_its_field_and_kept(self):
        for query, words in [({"term": "12:30:49 +95:00:00"}, "is not a declination"),
                             ({"term": "M31", "radius": "-3"}, "greater than or equal to 0.1"),
                             ({"term": "M31", "radius": "wide"}, "Enter a number"), ({"term": ""}, "required")]:
            page = self.client.get(RESOLVE, query)
            self.assertContains(page, words)
            self.assertContains(page, f'value="{query["term"]}"' if query["term"] else "Ask")

    def test_fragments_refuse_what_makes_no_sense(self):
        answer = reverse("tom_catalogs:resolve-answer")
        for query in [{}, {"term": "M31"}, {"term": "M31", "service": "Vizier"},
                      {"term": "M31", "service": "NED", "radius": "x"}, {"term": "400.0 3", "service": "NED"}]:
            self.assertEqual(self.client.get(answer, query).status_code, 404, query)
        for looks, job in [("-1", "x"), ("9" * 40, "9" * 40), ("²", "²")]:
            query = {"term": "M31", "service": "NED", "looks": looks, "job": job}
            self.assertEqual(self.client.get(answer, query).status_code, 200, query)
        self.assertEqual(self.start("M31", service="Vizier").status_code, 404)

    def test_without_javascript_the_question_is_asked_and_the_page_comes_back(self):
        response = self.client.post(reverse("tom_catalogs:resolve-ask"), {"term": "M31", "radius": "30"})
        self.assertRedirects(response, f"{RESOLVE}?term=M31&radius=30")
        self.work()
        self.assertContains(self.client.get(response.url), "NGC 224")

    def test_the_same_question_twice_is_one_job(self):
        self.start("M31")
        self.start("M31")
        self.assertEqual(Job.objects.count(), 1)

    def test_a_worker_that_is_not_there_is_not_waited_for_in_vain(self):
        card = self.cards(self.start("M31"))["SIMBAD"]
        Job.objects.update(state=Job.State.RUNNING, started=timezone.now() - timedelta(hours=1),
                           heartbeat=timezone.now() - timedelta(hours=1))
        self.assertContains(self.look(card), "SIMBAD was not asked")

    def test_a_card_that_waits_long_says_why(self):
        card = self.cards(self.start("M31"))["SIMBAD"]
        url = re.search(r'hx-get="([^"]+)"', card).group(1).replace("looks=1", "looks=9")
        self.assertNotContains(self.client.get(url, **HTMX), "worker")
        Job.objects.update(created=timezone.now() - timedelta(minutes=5))
        self.assertContains(self.client.get(url, **HTMX), "Is one running?")
        Job.objects.create(path="x", title="import", state=Job.State.RUNNING, heartbeat=timezone.now())
        self.assertContains(self.client.get(url, **HTMX), "The worker is busy with another job")

    def test_catalogues_are_for_members(self):
        self.client.logout()
        for name in ("query", "query-answer", "resolve", "resolve-answer"):
            response = self.client.get(reverse(f"tom_catalogs:{name}"))
            self.assertEqual(response.status_code, 302, name)
            self.assertIn(reverse("login"), response.url)
        self.assertEqual(self.client.post(reverse("tom_catalogs:resolve-ask"), {"term": "M31"}).status_code, 302)
        self.assertFalse(Job.objects.exists())


class KeptAnswers(PageCase, TestCase):
    def test_an_answer_of_another_address_is_another_answer(self):
        self.known("Simbad", "M31")
        self.assertIsNotNone(services.card("Simbad", parse_term("M31")).answer)
        with override_settings(HARVESTERS={"Simbad": {"base_url": "http://mirror.example"}}):
            self.assertIsNone(services.card("Simbad", parse_term("M31")).answer)

    def test_upper_and_lower_case_are_different_stars(self):
        self.known("Simbad", "b Per")
        self.assertIsNone(services.card("Simbad", parse_term("B Per")).answer)

    def test_answers_nobody_asks_for_any_more_are_deleted(self):
        kept = self.known("Simbad", "M31")
        CatalogAnswer.objects.filter(pk=kept.pk).update(changed=timezone.now() - timedelta(days=400))
        self.assertEqual(CatalogAnswer.objects.delete_old(), 1)

    def test_a_card_costs_one_query(self):
        self.known("Simbad", "M31")
        with self.assertNumQueries(5):
            services.cards(parse_term("M31"))


class Menu(PageCase, TestCase):
    def test_both_libraries_have_the_menu_entry(self):
        request = RequestFactory().get("/")
        request.user = self.user
        for library in ("catalogs_extras", "dataservices_extras"):
            source = "{% load " + library + " %}{% catalog_query_menu %}"
            page = Template(source).render(RequestContext(request))
            self.assertIn(RESOLVE, page)

    def test_the_navigation_bar_leads_to_the_catalogues(self):
        self.assertContains(self.client.get(reverse("home")), f'href="{RESOLVE}"')
        self.client.logout()
        self.assertNotContains(self.client.get(reverse("home")), f'href="{RESOLVE}"')
