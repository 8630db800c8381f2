import sys
from types import ModuleType
from unittest.mock import patch

from django.core.cache import cache
from django.test import SimpleTestCase, TestCase, override_settings
from django.urls import reverse
from rest_framework.authtoken.models import Token
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ViewSet

from tom_common import api_router
from tom_common.api_router import SharedAPIRootRouter, collect_api_urls
from tom_common.testing import PASSWORD, logged_in, make_group, make_user


class SpectrumViewSet(ViewSet):
    def list(self, request): ...


class RouterTests(SimpleTestCase):
    def setUp(self):
        self.enterContext(patch.object(SharedAPIRootRouter, "shared_router", SimpleRouter()))

    def names(self) -> set[str]:
        return {pattern.name for pattern in collect_api_urls()}

    def test_all_routers_are_one(self):
        first, second = SharedAPIRootRouter(), SharedAPIRootRouter()
        first.register("spectra", SpectrumViewSet, "spectra")
        second.register(r"more", SpectrumViewSet, basename="more")
        self.assertEqual([entry[0] for entry in SharedAPIRootRouter.shared_router.registry], ["spectra", "more"])
        self.assertLessEqual({"spectra-list", "more-list", "groups-list"}, self.names())

    def test_what_is_registered_after_the_urls_were_asked_for_is_served(self):
        self.names()
        SharedAPIRootRouter().register("late", SpectrumViewSet, "late")
        self.assertIn("late-list", self.names())

    def test_every_app_gets_its_chance_to_register(self):
        with patch.object(api_router, "import_module") as import_module:
            collect_api_urls()
        asked = {call.args[0] for call in import_module.call_args_list}
        self.assertLessEqual({"tom_targets.urls", "tom_catalogs.urls", "guardian.urls"}, asked)
        self.assertNotIn("tom_common.urls", asked)

    def test_a_broken_app_is_logged_and_left_out(self):
        def import_module(name: str) -> ModuleType:
            if name == "tom_targets.urls":
                raise SyntaxError("a bracket is missing")
            if name == "tom_catalogs.urls":
                raise ModuleNotFoundError("No module named 'astro_lib'", name="astro_lib")
            raise ModuleNotFoundError(name, name=name)

        with patch.object(api_router, "import_module", import_module), self.assertLogs(api_router.logger) as logs:
            self.assertIn("groups-list", self.names())
        self.assertEqual(len(logs.output), 2, "an app without urls is no error")
        self.assertIn("a bracket is missing", logs.output[0] + logs.output[1])
        self.assertIn("astro_lib", logs.output[0] + logs.output[1])

    def test_collecting_twice_registers_nothing_twice(self):
        self.names()
        collect_api_urls()
        prefixes = [entry[0] for entry in SharedAPIRootRouter.shared_router.registry]
        self.assertEqual(len(prefixes), len(set(prefixes)))
        self.assertIn("tom_common.api_router", sys.modules)


class TokenTests(TestCase):
    def setUp(self):
        cache.clear()
        self.addCleanup(cache.clear)
        self.user = make_user("ada")

    def ask(self, **data):
        return self.client.post("/api/token-auth/", {"username": "ada", "password": PASSWORD, **data})

    def test_name_and_password_give_the_token(self):
        answer = self.ask()
        self.assertEqual(answer.json(), {"token": Token.objects.get(user=self.user).key})
        groups = self.client.get("/api/groups/", headers={"Authorization": f"Token {answer.json()['token']}"})
        self.assertEqual(groups.status_code, 200)

    def test_a_wrong_password_gives_none(self):
        self.assertEqual(self.ask(password="guess").status_code, 400)
        self.assertEqual(self.client.get("/api/token-auth/").status_code, 405)

    def test_who_is_barred_gets_none(self):
        self.user.is_active = False
        self.user.save()
        self.assertEqual(self.ask().status_code, 400)

    def test_guessing_is_slowed_down(self):
        answers = [self.ask(password=f"guess {number}").status_code for number in range(11)]
        self.assertEqual(answers, [400] * 10 + [429])
        self.assertEqual(self.ask().status_code, 429)

    def test_the_throttle_counts_also_those_who_are_logged_in(self):
        self.client.force_login(self.user)
        self.assertEqual([self.ask(password="x").status_code for _ in range(11)][-1], 429)

    @override_settings(AUTH_STRATEGY="LOCKED")
    def test_a_locked_tom_gives_tokens_too(self):
        self.assertEqual(self.ask().status_code, 200)


class GroupsTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ada = make_user("ada", groups=[make_group("Beta"), make_group("Alpha")])
        make_group("Of others")

    def test_one_gets_the_own_groups(self):
        answer = logged_in(self.ada).get(reverse("api:groups-list")).json()
        self.assertEqual([group["name"] for group in answer["results"]], ["Alpha", "Beta", "Public"])
        self.assertEqual(set(answer["results"][0]), {"id", "name"})
        self.assertEqual(answer["count"], 3)

    def test_a_visitor_gets_none(self):
        self.assertIn(self.client.get("/api/groups/").status_code, (401, 403))

    def test_they_cannot_be_changed_here(self):
        self.assertEqual(logged_in(self.ada).post("/api/groups/", {"name": "x"}).status_code, 405)


class RootAndSchemaTests(TestCase):
    def test_the_root_lists_what_there_is(self):
        answer = logged_in(make_user()).get("/api/", headers={"Accept": "application/json"}).json()
        self.assertEqual(answer["groups"], "http://testserver/api/groups/")
        self.assertIn("targets", answer)

    def test_the_schema_comes_as_json_and_yaml(self):
        schema = self.client.get(reverse("api:schema")).json()
        self.assertIn("/api/groups/", schema["paths"])
        self.assertIn("/api/token-auth/", schema["paths"])
        self.assertContains(self.client.get(reverse("api:schema-yaml")), "openapi: 3")
