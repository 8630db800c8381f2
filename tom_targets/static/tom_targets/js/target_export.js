/* The links of the export menu follow the filters of the list, which change without a new page. */
(function () {
  "use strict";

  document.addEventListener("htmx:pushedIntoHistory", function (event) {
    var parameters = new URL(event.detail.path, location.href).searchParams;
    document.querySelectorAll("[data-export-format]").forEach(function (link) {
      parameters.set("format", link.getAttribute("data-export-format"));
      link.setAttribute("href", link.pathname + "?" + parameters.toString());
    });
  });
})();
