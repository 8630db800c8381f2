/* The sky viewer in a page of its own, shown in a frame: what it writes into a page (styles) stays in there.
   It tells the page around it {tomAladin: "ready"} or {tomAladin: "failed"}, and takes {tomTargets: […]} from it. */
(function () {
  "use strict";
  var WAIT_MS = 8000;
  var view = JSON.parse(document.getElementById("aladin-view").textContent);
  var targets = JSON.parse(document.getElementById("aladin-targets-data").textContent);
  var viewer = null;
  var catalog = null;
  var A = null;

  function tell(state) {
    if (window.parent !== window) {
      window.parent.postMessage({ tomAladin: state }, location.origin);
    }
  }

  function fail(text) {
    var note = document.getElementById("aladin-note");
    note.hidden = false;
    note.textContent = text;
    tell("failed");
  }

  function show(list) {
    if (!catalog) {
      return;
    }
    catalog.removeAll();
    catalog.addSources(
      list
        .filter(function (target) {
          return target.ra !== null && target.dec !== null;
        })
        .map(function (target) {
          return A.source(target.ra, target.dec, { name: target.name, url: target.url });
        })
    );
  }

  function start() {
    viewer = A.aladin("#aladin", {
      survey: view.survey,
      target: view.ra + " " + (view.dec < 0 ? "" : "+") + view.dec,
      fov: view.fov,
      projection: view.projection || "TAN",
      cooFrame: "ICRSd",
      showReticle: Boolean(view.reticle),
      showLayersControl: true,
      showFullscreenControl: false,
      showFrame: true,
      showShareControl: false,
      showContextMenu: false,
      showStatusBar: false,
      log: false,
    });
    catalog = A.catalog({ name: "Targets", sourceSize: 12, color: "#ffb000", onClick: "showTable" });
    viewer.addCatalog(catalog);
    viewer.on("objectClicked", function (object) {
      if (object && object.data && object.data.url && !view.reticle) {
        window.parent.location.assign(object.data.url);
      }
    });
    show(targets);
    tell("ready");
  }

  window.addEventListener("message", function (event) {
    if (event.origin === location.origin && event.data && event.data.tomTargets) {
      targets = event.data.tomTargets;
      show(targets);
    }
  });

  function reachable() {
    var patience = new AbortController();
    window.setTimeout(function () {
      patience.abort();
    }, WAIT_MS);
    return fetch(view.survey + "/properties", { signal: patience.signal }).then(function (answer) {
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
    });
  }

  reachable()
    .then(
      function () {
        return import(document.body.getAttribute("data-viewer-url"));
      },
      function () {
        fail("The sky image servers cannot be reached from here.");
        throw null;
      }
    )
    .then(function (library) {
      A = library.default;
      return A.init;
    })
    .then(start)
    .catch(function (error) {
      if (error) {
        console.error(error);
        fail("The sky viewer could not be started.");
      }
    });
})();
