/* Light, dark or as the system. Runs in the head, before anything is painted, so that no page flashes. */
(function () {
  "use strict";
  var root = document.documentElement;
  var system = window.matchMedia("(prefers-color-scheme: dark)");

  function remembered() {
    try {
      return window.localStorage.getItem("tom-theme");
    } catch (error) {
      return null; // storage is switched off; the cookie, which the server wrote into the page, still counts
    }
  }

  function choice() {
    return remembered() || root.getAttribute("data-theme-choice") || "auto";
  }

  function apply() {
    var chosen = choice();
    var theme = chosen === "auto" ? (system.matches ? "dark" : "light") : chosen;
    var before = root.getAttribute("data-theme");
    root.setAttribute("data-theme", theme);
    root.setAttribute("data-bs-theme", theme);
    document.querySelectorAll("[data-theme-value]").forEach(function (button) {
      var pressed = button.getAttribute("data-theme-value") === chosen;
      button.setAttribute("aria-pressed", pressed);
      button.classList.toggle("active", pressed);
    });
    if (before !== theme) {
      document.dispatchEvent(new CustomEvent("tom:theme", { detail: { theme: theme } }));
    }
  }

  function choose(chosen) {
    try {
      window.localStorage.setItem("tom-theme", chosen);
    } catch (error) {
      root.setAttribute("data-theme-choice", chosen);
    }
    document.cookie =
      "tom_theme=" + chosen + "; path=/; max-age=31536000; SameSite=Lax" + (location.protocol === "https:" ? "; Secure" : "");
    apply();
  }

  apply();
  system.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-theme-value]");
    if (button) {
      choose(button.getAttribute("data-theme-value"));
    }
  });
})();
