/* The import of a table. Of its columns each shows the units of what it is, and the name of its tag only when it is one. */
(function () {
  "use strict";

  /* The job is over: the page has more to say now */
  document.addEventListener("htmx:load", function () {
    var progress = document.querySelector("[data-reload-when-over] .job-progress");
    if (progress && ["queued", "running"].indexOf(progress.getAttribute("data-state")) < 0) {
      location.reload();
    }
  });

  var holder = document.getElementById("import-kinds");
  if (!holder) {
    return;
  }
  var kinds = JSON.parse(holder.textContent);

  function show(column) {
    var to = column.querySelector("[data-import-to]").value;
    var unit = column.querySelector("[data-import-unit]");
    var kind = kinds[to];
    var chosen = null;
    Array.prototype.forEach.call(unit.options, function (option) {
      var fits = Boolean(kind) && option.getAttribute("data-kind") === kind;
      option.hidden = !fits;
      option.disabled = !fits;
      if (fits && (option.selected || chosen === null)) {
        chosen = option;
      }
    });
    if (chosen) {
      chosen.selected = true;
    }
    unit.classList.toggle("d-none", !kind);
    column.querySelector("[data-import-key]").classList.toggle("d-none", to !== "tag");
  }

  document.querySelectorAll("[data-import-column]").forEach(function (column) {
    show(column);
    column.querySelector("[data-import-to]").addEventListener("change", function () {
      show(column);
    });
  });
})();
