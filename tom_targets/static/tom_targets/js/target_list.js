/* The list of targets: the sky map follows the filters, its points lead to the targets, and it stays open or shut. */
(function () {
  "use strict";

  function stored(key, value) {
    try {
      if (value === undefined) {
        return window.localStorage.getItem(key);
      }
      window.localStorage.setItem(key, value);
    } catch (error) {
      /* storage is switched off: nothing is remembered */
    }
    return null;
  }

  document.querySelectorAll("details[data-remember]").forEach(function (details) {
    var key = details.getAttribute("data-remember");
    if (stored(key) === "open") {
      details.open = true;
    }
    details.addEventListener("toggle", function () {
      stored(key, details.open ? "open" : "shut");
    });
  });

  /* A point of the map */
  document.addEventListener("tom:plotted", function (event) {
    var plot = event.target;
    if (plot.id === "sky-plot" && plot.on && !plot.tomLinked) {
      plot.tomLinked = true;
      plot.on("plotly_click", function (clicked) {
        var url = clicked.points.length && clicked.points[0].customdata;
        if (typeof url === "string") {
          location.assign(url);
        }
      });
    }
  });

  /* The filters changed: so did the address */
  function follow(query) {
    var plot = document.getElementById("sky-plot");
    if (plot) {
      plot.setAttribute("data-plot-url", plot.getAttribute("data-plot-base") + query);
      if (plot.tomFigure || plot.clientHeight) {
        window.tom.plots.refresh(plot);
      }
    }
    var hidden = document.querySelector("#grouping-form [name=query_string]");
    if (hidden) {
      hidden.value = query.slice(1);
    }
    var viewer = document.querySelector("#sky-viewer iframe");
    if (viewer) {
      viewer.src = viewer.getAttribute("data-base") + query;
    }
  }
  document.addEventListener("htmx:pushedIntoHistory", function (event) {
    var path = new URL(event.detail.path, location.href);
    follow(path.search);
  });

  /* The sky viewer, when asked for */
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-sky-viewer]");
    if (!button) {
      return;
    }
    var box = document.querySelector(button.getAttribute("data-sky-viewer"));
    var on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", on);
    button.classList.toggle("active", on);
    box.textContent = "";
    if (on) {
      var frame = document.createElement("iframe");
      frame.className = "aladin-frame";
      frame.title = "Sky map";
      frame.setAttribute("data-base", button.getAttribute("data-frame-url"));
      frame.src = button.getAttribute("data-frame-url") + location.search;
      box.appendChild(frame);
    }
  });
})();
