/* Rows of a formset: a button adds one from the template that stands beside it. */
(function () {
  "use strict";

  function add(formset) {
    var prefix = formset.getAttribute("data-formset");
    var total = formset.querySelector('[name="' + prefix + '-TOTAL_FORMS"]');
    var index = parseInt(total.value, 10);
    var holder = document.createElement("div");
    holder.innerHTML = formset.querySelector("[data-formset-empty]").innerHTML.replace(/__prefix__/g, index);
    var row = holder.firstElementChild;
    formset.querySelector("[data-formset-rows]").appendChild(row);
    total.value = index + 1;
    var field = row.querySelector("input[type=text]");
    if (field) {
      field.focus();
    }
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-formset-add]");
    if (button) {
      add(button.closest("[data-formset]"));
    }
  });

  window.tom.onLoad(function (root) {
    window.tom.all(root, "[data-formset-add]").forEach(function (button) {
      button.classList.remove("d-none");
    });
  });
})();
