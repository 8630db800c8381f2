"""RemoteClient against a real server on loopback."""

import gzip
import time
from unittest.mock import patch

from django.test import SimpleTestCase, override_settings

from tests.http_server import Answer, HttpServer
from tom_common.exceptions import ImproperCredentialsException, TomError
from tom_common.remote import (
    RemoteAnswerInvalid,
    RemoteClient,
    RemoteCredentialsRejected,
    RemoteError,
    RemoteRejected,
    RemoteTimeout,
    RemoteUnavailable,
)

KEY = "k3y/with+odd&signs"


class RemoteTestCase(SimpleTestCase):
    def setUp(self):
        self.server = self.enterContext(HttpServer())
        self.waited = []

    def client_for(self, **kwargs) -> RemoteClient:
        return RemoteClient("ACME", self.server.url, wait=self.waited.append, **{"timeout_s": 5, **kwargs})

    def failure(self, error: type[Exception], call) -> str:
        with self.assertRaises(error) as caught:
            call()
        self.assertIsInstance(caught.exception, RemoteError)
        self.assertEqual(caught.exception.service, "ACME")
        return str(caught.exception)


class ReadTests(RemoteTestCase):
    def test_a_read_brings_the_answer_and_says_who_asks(self):
        self.server.answer("/v1/targets", {"name": "M31"})
        with override_settings(TOM_NAME="Tom & Ünal’s TOM\n"):
            answer = self.client_for(headers={"X-Api": "1"}).get_json("/v1/targets", params={"q": "M 31"})
        self.assertEqual(answer, {"name": "M31"})
        received = self.server.requests[0]
        self.assertEqual(received.query, {"q": "M 31"})
        self.assertEqual(received.headers["X-Api"], "1")
        self.assertRegex(received.headers["User-Agent"], r"^tomtoolkit/\S+ \(Tom & nals TOM\)$")

    def test_the_base_url_keeps_its_own_path(self):
        self.server.answer("/portal/api/x", {})
        RemoteClient("ACME", f"{self.server.url}/portal/").get("/api/x")
        self.assertEqual(self.server.requests[0].path, "/portal/api/x")

    def test_a_path_that_looks_like_an_address_stays_on_the_server(self):
        self.server.answer("*", {})
        for path in ("//elsewhere.example/x", "ned:M31", "file:///etc/hostname"):
            self.client_for().get(path)
        self.assertEqual(len(self.server.requests), 3)

    def test_a_compressed_answer_is_unpacked(self):
        self.server.answer("/x", gzip.compress(b'{"a": 1}'), headers={"Content-Encoding": "gzip"})
        self.assertEqual(self.client_for().get_json("/x"), {"a": 1})

    def test_bare_nan_is_taken_as_it_is(self):
        self.server.answer("/x", '{"parallax": NaN}')
        self.assertNotEqual(*[self.client_for().get_json("/x")["parallax"]] * 2)

    def test_a_read_follows_a_redirect(self):
        self.server.answer("/old", b"", status=303, headers={"Location": "/new"})
        self.server.answer("/new", {"ok": 1})
        client = self.client_for()
        self.assertEqual(client.json(client.query("/old", data={"QUERY": "SELECT"})), {"ok": 1})

    def test_a_circle_of_redirects_is_said_to_be_one(self):
        self.server.answer("/x", b"", status=302, headers={"Location": "/x"})
        self.assertIn("in circles", self.failure(RemoteAnswerInvalid, lambda: self.client_for().get("/x")))

    def test_what_is_not_json_is_quoted_as_plain_text(self):
        page = "<html><head><style>b {color: red}</style></head><p>Down &amp; out <b>today</b>"
        self.server.answer("/x", page, content_type="text/html")
        message = self.failure(RemoteAnswerInvalid, lambda: self.client_for().get_json("/x"))
        self.assertEqual(message, "ACME answered with something that is not JSON: Down & out today")

    def test_json_nested_without_end_is_no_crash(self):
        self.server.answer("/x", "[" * 200_000)
        self.failure(RemoteAnswerInvalid, lambda: self.client_for().get_json("/x"))

    def test_an_endless_answer_is_refused(self):
        self.server.answer("/x", b"0123456789" * 20)
        with patch("tom_common.remote.LARGEST_ANSWER_BYTES", 100):
            self.failure(RemoteAnswerInvalid, lambda: self.client_for().get("/x"))

    @override_settings(REMOTE_TIMEOUT_S=7.5, REMOTE_READ_RETRIES=0)
    def test_time_limit_and_retries_come_from_the_settings(self):
        client = RemoteClient("ACME", self.server.url)
        self.assertEqual((client.timeout_s, client.read_retries), (7.5, 0))


class RetryTests(RemoteTestCase):
    def test_a_read_is_tried_again_after_an_error_of_the_service(self):
        self.server.answer("/x", "no", status=502)
        self.server.answer("/x", "no", status=503)
        self.server.answer("/x", {"ok": 1})
        self.assertEqual(self.client_for().get_json("/x"), {"ok": 1})
        self.assertEqual(self.waited, [0.5, 1.0])

    def test_a_read_is_tried_again_when_the_connection_is_cut(self):
        self.server.answer("/x", cut=True)
        self.server.answer("/x", {"ok": 1})
        self.assertEqual(self.client_for().get_json("/x"), {"ok": 1})

    def test_reads_give_up(self):
        self.server.answer("/x", "no", status=500)
        message = self.failure(RemoteUnavailable, lambda: self.client_for(read_retries=1).get("/x"))
        self.assertEqual(message, "ACME has a problem of its own (HTTP 500).")
        self.assertEqual(len(self.server.requests), 2)

    def test_writes_are_sent_once(self):
        self.server.answer("/x", "no", status=503)
        client = self.client_for()
        for write in (client.post, client.put, client.patch, client.delete):
            self.server.requests.clear()
            self.failure(RemoteUnavailable, lambda write=write: write("/x", json={"a": 1}))
            self.assertEqual(len(self.server.requests), 1)
        self.assertEqual(self.waited, [])

    def test_a_write_whose_connection_is_cut_is_sent_once(self):
        self.server.answer("/x", cut=True)
        self.failure(RemoteUnavailable, lambda: self.client_for().post("/x", json={}))
        self.assertEqual(len(self.server.requests), 1)

    def test_a_write_is_not_redirected(self):
        self.server.answer("/x", b"", status=301, headers={"Location": "/y"})
        self.server.answer("/y", [])
        message = self.failure(RemoteAnswerInvalid, lambda: self.client_for().post("/x", json={}))
        self.assertIn("has moved to /y", message)
        self.assertEqual([received.path for received in self.server.requests], ["/x"])

    def test_who_asks_us_to_slow_down_is_not_asked_again(self):
        self.server.answer("/x", {"detail": "quota"}, status=429, headers={"Retry-After": "12"})
        with self.assertRaises(RemoteUnavailable) as caught:
            self.client_for().get("/x")
        self.assertEqual(caught.exception.retry_after_s, 12)
        self.assertEqual(len(self.server.requests), 1)

    def test_a_retry_after_that_is_no_number_counts_as_a_minute(self):
        for number, value in enumerate(("Wed, 21 Oct 2026 07:28:00 GMT", "nan", "inf")):
            self.server.answer(f"/{number}", "", status=429, headers={"Retry-After": value})
            with self.assertRaises(RemoteUnavailable) as caught:
                self.client_for().get(f"/{number}")
            self.assertEqual(caught.exception.retry_after_s, 60)


class TimeTests(RemoteTestCase):
    def test_an_answer_that_never_comes_ends_in_time(self):
        self.server.answer("/x", never=True)
        message = self.failure(RemoteTimeout, lambda: self.client_for(timeout_s=0.1).get("/x"))
        self.assertEqual(message, "ACME did not answer within 0.1 s.")
        self.assertEqual(len(self.server.requests), 1)

    def test_the_limit_of_one_call_is_the_one_that_is_told(self):
        self.server.answer("/x", never=True)
        message = self.failure(RemoteTimeout, lambda: self.client_for().get("/x", timeout_s=0.05))
        self.assertIn("0.05 s", message)

    def test_an_answer_that_trickles_ends_in_time(self):
        self.server.answer("/x", trickle_s=0.01, promised_length=10**6)
        begun = time.monotonic()
        message = self.failure(RemoteTimeout, lambda: self.client_for().get("/x", timeout_s=0.2))
        self.assertLess(time.monotonic() - begun, 2)
        self.assertIn("0.2 s", message)

    def test_an_answer_that_breaks_off_is_no_answer(self):
        self.server.answer("/x", b'{"a"', promised_length=100)
        message = self.failure(RemoteUnavailable, lambda: self.client_for(read_retries=0).get("/x"))
        self.assertIn("ACME", message)

    def test_nobody_there(self):
        with HttpServer() as gone:
            pass
        client = RemoteClient("ACME", gone.url, read_retries=0, timeout_s=2)
        self.assertEqual(self.failure(RemoteUnavailable, lambda: client.get("/x")), "ACME cannot be reached.")


class RefusalTests(RemoteTestCase):
    def test_a_no_carries_the_services_own_words(self):
        bodies = [
            ({"detail": "RA is wrong"}, "RA is wrong"),
            ({"non_field_errors": ["Too late.", "Too long."]}, "Too late.; Too long."),
            ({"ra": ["A valid number is required."]}, '{"ra": ["A valid number is required."]}'),
            (["nothing"], '["nothing"]'),
        ]
        for number, (body, words) in enumerate(bodies):
            self.server.answer(f"/{number}", body, status=400)
            with self.assertRaises(RemoteRejected) as caught:
                self.client_for().post(f"/{number}", json={})
            self.assertEqual(str(caught.exception), f"ACME said no: {words}")
            self.assertEqual((caught.exception.status, caught.exception.detail), (400, words))

    def test_an_empty_no_tells_its_number(self):
        self.server.answer("/x", b"", status=404)
        self.assertEqual(self.failure(RemoteRejected, lambda: self.client_for().get("/x")), "ACME said no: HTTP 404")

    def test_refused_credentials_are_both_kinds_of_error(self):
        for status in (401, 403):
            self.server.answer(f"/{status}", {"detail": "Invalid token."}, status=status)
            message = self.failure(RemoteCredentialsRejected, lambda s=status: self.client_for().get(f"/{s}"))
            self.assertEqual(message, "ACME refused the credentials: Invalid token.")
        self.assertTrue(issubclass(RemoteCredentialsRejected, ImproperCredentialsException))
        self.assertTrue(issubclass(RemoteCredentialsRejected, TomError))

    def test_an_address_that_is_none_is_told_and_not_asked_thrice(self):
        for base_url in ("simbad.example", "http://", "ftp://x.example"):
            client = RemoteClient("ACME", base_url, wait=self.waited.append)
            self.assertIn("address", self.failure(RemoteError, lambda client=client: client.get("/x")))
        self.assertEqual(self.waited, [])


class SecretTests(RemoteTestCase):
    def test_no_message_carries_a_secret(self):
        echo = f"unknown key {KEY}; in your address k3y%2Fwith%2Bodd%26signs"
        self.server.answer("/x", {"detail": echo}, status=400)
        for kwargs in ({"secrets": [KEY]}, {"headers": {"Authorization": f"Token {KEY}"}}, {"auth": ("me", KEY)}):
            message = self.failure(RemoteRejected, lambda kw=kwargs: self.client_for(**kw).get("/x", params={"k": KEY}))
            self.assertNotIn("odd", message)
            self.assertIn("unknown key •••", message)

    def test_a_secret_at_the_edge_of_a_long_message_is_not_cut_in_two(self):
        self.server.answer("/x", "w" * 296 + KEY, status=400, content_type="text/plain")
        message = self.failure(RemoteRejected, lambda: self.client_for(secrets=[KEY]).get("/x"))
        self.assertNotIn("k3y", message)

    def test_a_link_to_another_host_gets_no_credentials(self):
        with HttpServer() as other:
            other.answer("/file", b"data", content_type="text/plain")
            client = self.client_for(headers={"X-Key": KEY}, auth=("me", KEY))
            self.assertEqual(client.get(f"{other.url}/file").content, b"data")
            self.assertNotIn("X-Key", other.requests[0].headers)
            self.assertNotIn("Authorization", other.requests[0].headers)
        self.server.answer("/file", b"")
        client.get(f"{self.server.url}/file")
        self.assertIn("X-Key", self.server.requests[0].headers)
        self.assertIn("Authorization", self.server.requests[0].headers)

    def test_a_netrc_file_does_not_push_our_token_aside(self):
        self.server.answer("/x", {})
        with patch("requests.sessions.get_netrc_auth", return_value=("somebody", "else")):
            self.client_for(headers={"Authorization": f"Token {KEY}"}).get("/x")
        self.assertEqual(self.server.requests[0].headers["Authorization"], f"Token {KEY}")


class ServerTests(RemoteTestCase):
    """The server of the tests itself, as other tests use it."""

    def test_a_function_can_answer(self):
        self.server.call("/echo", lambda received: {"form": received.form, "method": received.method})
        self.server.call("/made", lambda received: Answer(b"x", status=418))
        client = self.client_for()
        self.assertEqual(client.json(client.query("/echo", data={"a": "1"})), {"form": {"a": "1"}, "method": "POST"})
        self.assertEqual(self.failure(RemoteRejected, lambda: client.get("/made")), "ACME said no: x")

    def test_what_nobody_wrote_down_is_not_found(self):
        self.assertIn("Nothing is written down", self.failure(RemoteRejected, lambda: self.client_for().get("/x")))
