/* Contributed templates written for Bootstrap 5 say data-bs-toggle where Bootstrap 4 listens to data-toggle. Their
   attributes are copied to the older names, on the page and on what htmx brings in; `bootstrap.Modal` and its kin
   answer for the few scripts that make them by hand. */
(function () {
  "use strict";
  var NAMES = ["toggle", "target", "dismiss", "parent", "placement", "content", "slide", "slide-to", "ride", "backdrop", "keyboard", "trigger", "html", "offset", "spy", "container", "delay"];
  var SELECTOR = NAMES.map(function (name) {
    return "[data-bs-" + name + "]";
  }).join(",");

  function translate(element) {
    NAMES.forEach(function (name) {
      var value = element.getAttribute("data-bs-" + name);
      if (value !== null && !element.hasAttribute("data-" + name)) {
        element.setAttribute("data-" + name, value);
      }
    });
    if (element.hasAttribute("data-bs-title") && !element.hasAttribute("title")) {
      element.setAttribute("title", element.getAttribute("data-bs-title"));
    }
  }

  function translateAll(root) {
    if (root.matches && root.matches(SELECTOR)) {
      translate(root);
    }
    root.querySelectorAll(SELECTOR).forEach(translate);
  }

  document.addEventListener("DOMContentLoaded", function () {
    translateAll(document);
  });
  document.addEventListener("htmx:load", function (event) {
    translateAll(event.target);
  });

  var $ = window.jQuery;
  if (!$ || !$.fn.modal) {
    return;
  }
  function wrapper(plugin, methods) {
    function Component(element, options) {
      this._element = typeof element === "string" ? document.querySelector(element) : element;
      if (options) {
        $(this._element)[plugin](Object.assign({ show: false, toggle: false }, options));
      }
    }
    methods.forEach(function (method) {
      Component.prototype[method] = function () {
        $(this._element)[plugin](method);
      };
    });
    Component.getInstance = Component.getOrCreateInstance = function (element, options) {
      return new Component(element, options);
    };
    return Component;
  }
  var bootstrap = (window.bootstrap = Object.assign({}, window.bootstrap));
  bootstrap.Modal = wrapper("modal", ["show", "hide", "toggle", "dispose", "handleUpdate"]);
  bootstrap.Collapse = wrapper("collapse", ["show", "hide", "toggle", "dispose"]);
  bootstrap.Dropdown = wrapper("dropdown", ["show", "hide", "toggle", "dispose"]);
  bootstrap.Tab = wrapper("tab", ["show", "dispose"]);
  bootstrap.Tooltip = wrapper("tooltip", ["show", "hide", "toggle", "enable", "disable", "dispose"]);
  bootstrap.Popover = wrapper("popover", ["show", "hide", "toggle", "enable", "disable", "dispose"]);
  bootstrap.Alert = wrapper("alert", ["close", "dispose"]);
  bootstrap.Toast = wrapper("toast", ["show", "hide", "dispose"]);
})();
