/* What every page needs. Other scripts find it as window.tom:

   tom.onLoad(f)               calls f(root) for the page and again for each piece that htmx brings in
   tom.message(level, text)    shows a message at the top: info, success, warning, danger
   tom.csrfToken()             for a fetch() of your own that changes something

   Pages say what they want in attributes: data-copy-text, data-confirm, data-width (percent, of a progress bar),
   data-check-all="<selector>", data-toggle-password="<selector>", data-autosubmit (of a form's field). */
(function () {
  "use strict";
  var tom = (window.tom = window.tom || {});
  var loaders = [];
  var loaded = false;

  tom.onLoad = function (loader) {
    loaders.push(loader);
    if (loaded) {
      loader(document);
    }
  };

  function load(root) {
    loaders.forEach(function (loader) {
      try {
        loader(root);
      } catch (error) {
        console.error(error);
      }
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    loaded = true;
    load(document);
  });
  document.addEventListener("htmx:load", function (event) {
    if (event.target !== document.body) {
      load(event.target);
    }
  });

  /* The elements below root that match, root itself included. */
  tom.all = function (root, selector) {
    var found = Array.prototype.slice.call(root.querySelectorAll(selector));
    return root.matches && root.matches(selector) ? [root].concat(found) : found;
  };

  tom.csrfToken = function () {
    var headers = document.body.getAttribute("hx-headers");
    try {
      return JSON.parse(headers)["X-CSRFToken"];
    } catch (error) {
      return "";
    }
  };

  tom.message = function (level, text) {
    var box = document.getElementById("messages");
    if (!box) {
      return;
    }
    Array.prototype.forEach.call(box.querySelectorAll(".alert[data-text]"), function (shown) {
      if (shown.getAttribute("data-text") === text) {
        shown.remove(); // the same trouble twice is one message
      }
    });
    var alert = document.createElement("div");
    alert.className = "alert alert-" + level + " alert-dismissible fade show";
    alert.setAttribute("role", "alert");
    alert.setAttribute("data-text", text);
    alert.textContent = text;
    var close = document.createElement("button");
    close.type = "button";
    close.className = "close";
    close.setAttribute("data-dismiss", "alert");
    close.setAttribute("aria-label", "Close");
    close.textContent = "\u00d7";
    alert.appendChild(close);
    box.appendChild(alert);
  };

  /* Copy buttons. The clipboard API needs https or localhost; elsewhere a hidden field and execCommand do it. */
  function copy(text) {
    if (navigator.clipboard && window.isSecureContext) {
      return navigator.clipboard.writeText(text);
    }
    return new Promise(function (resolve, reject) {
      var field = document.createElement("textarea");
      field.value = text;
      field.setAttribute("readonly", "");
      field.className = "sr-only";
      document.body.appendChild(field);
      field.select();
      var done = document.execCommand("copy");
      field.remove();
      done ? resolve() : reject(new Error("The browser refused to copy."));
    });
  }

  function showCopied(button) {
    var icon = button.querySelector("i");
    button.classList.add("copied");
    if (icon) {
      var before = icon.className;
      icon.className = "fas fa-check";
      window.setTimeout(function () {
        icon.className = before;
        button.classList.remove("copied");
      }, 1500);
    }
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy-text]");
    if (button) {
      copy(button.getAttribute("data-copy-text")).then(
        function () {
          showCopied(button);
        },
        function () {
          tom.message("warning", "The browser did not allow copying. The text is: " + button.getAttribute("data-copy-text"));
        }
      );
      return;
    }
    var reveal = event.target.closest("[data-toggle-password]");
    if (reveal) {
      var field = document.querySelector(reveal.getAttribute("data-toggle-password"));
      if (field) {
        field.type = field.type === "password" ? "text" : "password";
        reveal.setAttribute("aria-pressed", field.type === "text");
      }
    }
  });

  /* A question before something that cannot be taken back, when no page of its own asks it. */
  document.addEventListener(
    "submit",
    function (event) {
      var asking = (event.submitter && event.submitter.getAttribute("data-confirm")) || event.target.getAttribute("data-confirm");
      if (asking && !window.confirm(asking)) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
    true
  );

  document.addEventListener("change", function (event) {
    var all = event.target.closest("[data-check-all]");
    if (all) {
      document.querySelectorAll(all.getAttribute("data-check-all")).forEach(function (box) {
        if (box.checked !== all.checked && !box.disabled) {
          box.checked = all.checked;
          box.dispatchEvent(new Event("change", { bubbles: true }));
        }
      });
    }
    var auto = event.target.closest("[data-autosubmit]");
    if (auto && auto.form) {
      auto.form.requestSubmit();
    }
  });

  /* The bar's width comes as an attribute, since a style attribute is refused by the Content-Security-Policy. */
  tom.onLoad(function (root) {
    tom.all(root, "[data-width]").forEach(function (bar) {
      bar.style.width = Math.max(0, Math.min(100, parseFloat(bar.getAttribute("data-width")) || 0)) + "%";
    });
    if (window.jQuery && window.jQuery.fn.tooltip) {
      window.jQuery(tom.all(root, '[data-toggle="tooltip"]')).tooltip();
      window.jQuery(tom.all(root, '[data-toggle="popover"]')).popover();
    }
    tom.all(root, 'input[type="file"].custom-file-input').forEach(function (input) {
      input.addEventListener("change", function () {
        var label = document.querySelector('label[for="' + input.id + '"].custom-file-label');
        if (label && input.files.length) {
          label.textContent = Array.prototype.map.call(input.files, function (file) { return file.name; }).join(", ");
        }
      });
    });
  });

  /* ?tab=<id> opens that tab; a tab that is opened is written into the address, so that it can be passed on. */
  document.addEventListener("DOMContentLoaded", function () {
    if (!window.jQuery || !window.jQuery.fn.tab) {
      return;
    }
    var $ = window.jQuery;
    var wanted = new URLSearchParams(location.search).get("tab");
    if (wanted) {
      var id = window.CSS.escape(wanted);
      $('[data-toggle="tab"][href="#' + id + '"], [data-toggle="tab"][data-target="#' + id + '"]').first().tab("show");
    }
    $(document).on("shown.bs.tab", '[data-toggle="tab"]', function (event) {
      var target = event.target.getAttribute("data-target") || event.target.getAttribute("href") || "";
      if (target.charAt(0) === "#" && event.target.closest("[data-tab-address]")) {
        var address = new URL(location.href);
        address.searchParams.set("tab", target.slice(1));
        history.replaceState(history.state, "", address);
      }
      window.dispatchEvent(new Event("resize"));
    });
  });

  /* A filter asks its own page ("?") anew: with the fields that are filled in, and in the order chosen before. */
  document.addEventListener("htmx:configRequest", function (event) {
    var request = event.detail;
    if (request.path !== "?" || request.verb !== "get") {
      return;
    }
    request.path = location.pathname;
    var now = new URLSearchParams(location.search);
    now.forEach(function (value, name) {
      if (/(^|-)(sort|per_page)$/.test(name) && !request.formData.has(name)) {
        request.formData.append(name, value);
      }
    });
    Array.from(request.formData.keys()).forEach(function (name) {
      var values = request.formData.getAll(name).filter(function (value) { return value !== ""; });
      request.formData.delete(name);
      values.forEach(function (value) { request.formData.append(name, value); });
    });
  });

  /* Enter in a filter form fetches the table; only without htmx does the form load the page. */
  document.addEventListener("submit", function (event) {
    var field = event.target.id === "filter-form" && event.target.querySelector("input[hx-get]");
    if (field && window.htmx) {
      event.preventDefault();
      window.htmx.trigger(field, "search");
    }
  });

  /* A request by htmx that fails says so; what was on the page stays. */
  document.addEventListener("htmx:responseError", function (event) {
    var status = event.detail.xhr.status;
    var said = {
      403: "You may not do this, or your session has ended. Reload the page to log in.",
      404: "What was asked for is not there any more.",
      429: "Too many requests. Try again in a minute.",
    };
    tom.message("danger", said[status] || "The server could not answer (" + status + "). Nothing was changed on this page.");
  });
  document.addEventListener("htmx:sendError", function () {
    tom.message("danger", "The server could not be reached. Check the connection and try again.");
  });
  document.addEventListener("htmx:timeout", function () {
    tom.message("danger", "The server took too long to answer. Try again.");
  });
})();
