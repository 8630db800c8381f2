from django.contrib import messages
from django.contrib.messages.middleware import MessageMiddleware
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory, SimpleTestCase
from django.test.utils import override_settings
from django_htmx.middleware import HtmxMiddleware

from tom_common.htmx_messages import HTMXMessageMiddleware


@override_settings(MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage")
class HTMXMessageTests(SimpleTestCase):
    def answer(self, response, htmx=True, text="Saved <b>."):
        """The answer of a view that leaves a message, and the messages that still wait after it."""

        def view(request):
            if text:
                messages.success(request, text)
            self.request = request
            return response

        chain = MessageMiddleware(HtmxMiddleware(HTMXMessageMiddleware(view)))
        request = RequestFactory().get("/", headers={"HX-Request": "true"} if htmx else {})
        answered = chain(request)
        return answered, "messages" in answered.cookies and bool(answered.cookies["messages"].value)

    def test_a_fragment_brings_the_messages_along_once(self):
        response, waiting = self.answer(HttpResponse("<p>part</p>", headers={"Content-Length": "11"}))
        html = response.content.decode()
        self.assertTrue(html.startswith("<p>part</p>"))
        self.assertIn('hx-swap-oob="true"', html)
        self.assertIn("Saved &lt;b&gt;.", html)
        self.assertEqual(response["Content-Length"], str(len(response.content)))
        self.assertFalse(waiting)

    def test_without_a_message_the_fragment_stays_as_it_is(self):
        self.assertEqual(self.answer(HttpResponse("x"), text="")[0].content, b"x")

    def test_what_cannot_carry_messages_leaves_them_for_the_next_page(self):
        answers = {
            "a page": (HttpResponse("x"), False),
            "a redirect": (HttpResponse(status=302, headers={"Location": "/"}), True),
            "nothing": (HttpResponse(status=204), True),
            "data": (HttpResponse("{}", content_type="application/json"), True),
            "another page": (HttpResponse(headers={"HX-Redirect": "/"}), True),
            "its own": (HttpResponse('<div id="messages"></div>'), True),
            "a stream": (StreamingHttpResponse(iter([b"x"])), True),
        }
        for kind, (response, htmx) in answers.items():
            with self.subTest(kind):
                answered, waiting = self.answer(response, htmx)
                self.assertTrue(waiting)
                if not answered.streaming:
                    self.assertNotIn(b"Saved", answered.content)
