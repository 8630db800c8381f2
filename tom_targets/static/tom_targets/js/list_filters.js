/* Links that carry the filters of the list along, which change without a new page: data-with-filters="/address/". */
(function () {
  "use strict";

  document.addEventListener("htmx:pushedIntoHistory", function (event) {
    var query = new URL(event.detail.path, location.href).search;
    document.querySelectorAll("[data-with-filters]").forEach(function (link) {
      link.setAttribute("href", link.getAttribute("data-with-filters") + query);
    });
  });
})();
