/* A target's page: panels that could not be fetched say so and offer another try; the plan steps from night to night;
   the finder chart shows the sky viewer's image in place of the drawn one when asked, and from then on by itself. */
(function () {
  "use strict";
  var REMEMBER = "tom-finder-image";

  /* Panels */
  function failed(event) {
    var panel = event.detail.elt;
    if (!panel || !panel.classList || !panel.classList.contains("lazy-panel")) {
      return;
    }
    panel.textContent = "";
    var words = document.createElement("p");
    words.className = "text-muted";
    words.textContent = (panel.getAttribute("data-panel-label") || "This panel") + " could not be shown.";
    var again = document.createElement("button");
    again.type = "button";
    again.className = "btn btn-sm btn-outline-secondary";
    again.textContent = "Try again";
    again.addEventListener("click", function () {
      window.htmx.ajax("GET", panel.getAttribute("hx-get"), { source: panel, target: panel });
    });
    panel.appendChild(words);
    panel.appendChild(again);
  }
  ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.addEventListener(name, failed);
  });

  /* Nights */
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-shift-date]");
    var field = button && document.querySelector(button.getAttribute("data-shift-date"));
    if (!field) {
      return;
    }
    if (button.hasAttribute("data-to")) {
      field.value = button.getAttribute("data-to");
    } else {
      var day = new Date(field.value + "T00:00:00Z");
      if (isNaN(day)) {
        return;
      }
      day.setUTCDate(day.getUTCDate() + parseInt(button.getAttribute("data-days"), 10));
      field.value = day.toISOString().slice(0, 10);
    }
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });

  /* Finder chart */
  function remembered() {
    try {
      return window.localStorage.getItem(REMEMBER) === "on";
    } catch (error) {
      return false;
    }
  }

  function remember(on) {
    try {
      window.localStorage.setItem(REMEMBER, on ? "on" : "off");
    } catch (error) {
      /* storage is switched off: the choice holds for this page */
    }
  }

  function finderOf(element) {
    var finder = element.closest(".finder");
    return { root: finder, frame: finder.querySelector("[data-finder]"), button: finder.querySelector("[data-finder-image]") };
  }

  function note(finder, text) {
    var words = finder.root.querySelector("[data-finder-note]");
    if (words) {
      words.textContent = text;
    }
  }

  function showImage(finder) {
    if (!finder.frame || finder.frame.querySelector("iframe")) {
      return;
    }
    var viewer = document.createElement("iframe");
    viewer.className = "aladin-frame";
    viewer.title = "Sky image";
    viewer.src = finder.frame.getAttribute("data-frame-url");
    finder.frame.appendChild(viewer);
    finder.button.setAttribute("aria-pressed", "true");
    finder.button.classList.add("active");
  }

  function hideImage(finder) {
    var viewer = finder.frame && finder.frame.querySelector("iframe");
    if (viewer) {
      viewer.remove();
    }
    finder.frame.classList.remove("with-image");
    finder.button.setAttribute("aria-pressed", "false");
    finder.button.classList.remove("active");
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-finder-image]");
    if (!button) {
      return;
    }
    var finder = finderOf(button);
    var on = button.getAttribute("aria-pressed") !== "true";
    remember(on);
    on ? showImage(finder) : hideImage(finder);
  });

  window.addEventListener("message", function (event) {
    var state = event.origin === location.origin && event.data && event.data.tomAladin;
    if (!state) {
      return;
    }
    document.querySelectorAll("[data-finder] iframe").forEach(function (viewer) {
      if (viewer.contentWindow !== event.source) {
        return;
      }
      var finder = finderOf(viewer);
      if (state === "ready") {
        finder.frame.classList.add("with-image");
      } else {
        hideImage(finder);
        note(finder, "No sky image: its servers cannot be reached from here. The chart is drawn from the targets of this TOM.");
      }
    });
  });

  window.tom.onLoad(function (root) {
    window.tom.all(root, "[data-finder-image]").forEach(function (button) {
      if (remembered() && navigator.onLine !== false) {
        showImage(finderOf(button));
      }
    });
  });
})();
