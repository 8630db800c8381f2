/* Plots: a page holds placeholders, this fetches their figures and draws them when they come into view.

   <div class="tom-plot" data-plot-url="/…" data-plot-height="400" data-plot-form="#form"></div>
   <div class="tom-plot" data-plot-source="id-of-a-json-script"></div>

   The answer is {"data": […], "layout": {…}} or {"message": "why there is nothing to draw"}. plotly.js is loaded once,
   and only by a page that has a plot in view. With data-plot-form the fields of that form become the query, and the
   plot is drawn anew when one changes. tom.plots.draw(element) and tom.plots.refresh(element) do it by hand. */
(function () {
  "use strict";
  var tom = (window.tom = window.tom || {});
  var loading = null;
  var seen = null;

  function plotly() {
    loading =
      loading ||
      new Promise(function (resolve, reject) {
        if (window.Plotly) {
          return resolve(window.Plotly);
        }
        var script = document.createElement("script");
        script.src = document.body.getAttribute("data-plotly-url");
        script.onload = function () {
          resolve(window.Plotly);
        };
        script.onerror = function () {
          loading = null;
          script.remove();
          reject(new Error("The plotting library could not be loaded."));
        };
        document.head.appendChild(script);
      });
    return loading;
  }

  function colours() {
    var style = getComputedStyle(document.documentElement);
    function variable(name) {
      return style.getPropertyValue("--tom-" + name).trim();
    }
    return {
      text: variable("text"),
      muted: variable("muted"),
      surface: variable("surface"),
      raised: variable("raised"),
      border: variable("border-strong"),
      grid: variable("plot-grid"),
      dark: document.documentElement.getAttribute("data-theme") === "dark",
    };
  }

  /* A colourway that stays apart for colour-blind eyes (Okabe and Ito), its dark tones lifted on a dark page. */
  var LIGHT = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#946b00", "#3a9bd9", "#5b4ea3", "#333333"];
  var DARK = ["#56b4e9", "#e69f00", "#2fc99a", "#e59fc4", "#f0e442", "#8fb8ff", "#b3a6f2", "#dddddd"];

  function template(own) {
    var c = colours();
    var axis = { gridcolor: c.grid, zerolinecolor: c.grid, linecolor: c.border, tickcolor: c.border, automargin: true };
    var mine = {
      layout: {
        font: { color: c.text, size: 12 },
        paper_bgcolor: c.surface,
        plot_bgcolor: c.surface,
        colorway: c.dark ? DARK : LIGHT,
        hoverlabel: { bgcolor: c.raised, bordercolor: c.border, font: { color: c.text } },
        xaxis: axis,
        yaxis: axis,
        legend: { bgcolor: "rgba(0,0,0,0)" },
        polar: { bgcolor: c.surface, angularaxis: { gridcolor: c.grid, linecolor: c.border }, radialaxis: { gridcolor: c.grid, linecolor: c.border } },
        geo: { bgcolor: c.surface, lakecolor: c.surface, landcolor: c.raised, subunitcolor: c.border, coastlinecolor: c.border },
        scene: { xaxis: axis, yaxis: axis, zaxis: axis },
        colorscale: { sequential: "Viridis" },
        modebar: { bgcolor: "rgba(0,0,0,0)", color: c.muted, activecolor: c.text },
      },
    };
    return own && own.layout ? own : mine;
  }

  /* The traces, where they name one of the colours above, in its lifted twin on a dark page. */
  function tracesFor(figure) {
    if (!colours().dark) {
      return figure.data;
    }
    function lifted(part) {
      var copy = Object.assign({}, part);
      ["color", "fillcolor"].forEach(function (key) {
        var place = typeof copy[key] === "string" ? LIGHT.indexOf(copy[key].toLowerCase()) : -1;
        if (place >= 0) {
          copy[key] = DARK[place];
        }
      });
      return copy;
    }
    return figure.data.map(function (trace) {
      var copy = lifted(trace);
      ["line", "marker", "error_x", "error_y", "textfont"].forEach(function (part) {
        if (copy[part]) {
          copy[part] = lifted(copy[part]);
        }
      });
      if (copy.marker && copy.marker.line) {
        copy.marker.line = lifted(copy.marker.line);
      }
      return copy;
    });
  }

  function layoutFor(element, figure) {
    var layout = Object.assign({}, figure.layout);
    layout.template = template(layout.template);
    layout.autosize = true;
    delete layout.width;
    layout.height = element.clientHeight;
    layout.margin = Object.assign({ l: 50, r: 20, t: layout.title ? 45 : 20, b: 40 }, layout.margin);
    if (element.clientWidth < 520) {
      var below = { orientation: "h", x: 0, xanchor: "left", yref: "container", y: 0, yanchor: "bottom" };
      layout.legend = Object.assign({}, layout.legend, below);
      layout.margin = Object.assign({}, layout.margin, { l: Math.min(layout.margin.l, 45), r: Math.min(layout.margin.r, 15), b: Math.max(layout.margin.b, 75) });
    }
    return layout;
  }

  function configFor(element, figure) {
    return Object.assign(
      {
        displaylogo: false,
        modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]],
        toImageButtonOptions: { format: "png", scale: 2, filename: element.getAttribute("data-plot-name") || "plot" },
        showTips: false,
        plotlyServerURL: "",
        topojsonURL: document.body.getAttribute("data-topojson-url"),
      },
      has2d(figure) ? {} : { modeBarButtons: [["toImage"]] },
      figure.config
    );
  }

  function has2d(figure) {
    return figure.data.some(function (trace) {
      return !/geo|polar|3d|ternary|pie|table|sunburst|indicator|surface/.test(trace.type || "scatter");
    });
  }

  function clear(element) {
    if (element.tomFigure && window.Plotly) {
      window.Plotly.purge(element);
    }
    element.tomFigure = null;
    element.textContent = "";
  }

  /* Words in place of a plot: why there is none, and a button to try again where that may help. */
  function note(element, text, again) {
    clear(element);
    var box = document.createElement("div");
    box.className = "tom-plot-note";
    var words = document.createElement("span");
    words.textContent = text;
    box.appendChild(words);
    if (again) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-sm btn-outline-secondary";
      button.textContent = "Try again";
      button.addEventListener("click", function () {
        draw(element);
      });
      box.appendChild(button);
    }
    element.appendChild(box);
  }

  function waiting(element) {
    if (!element.tomFigure) {
      note(element, "");
      var spinner = document.createElement("span");
      spinner.className = "tom-spinner";
      spinner.setAttribute("aria-label", "Loading");
      element.firstChild.appendChild(spinner);
    }
  }

  function address(element) {
    var url = new URL(element.getAttribute("data-plot-url"), location.href);
    var form = element.getAttribute("data-plot-form") && document.querySelector(element.getAttribute("data-plot-form"));
    if (form) {
      new FormData(form).forEach(function (value, name) {
        if (typeof value === "string" && name !== "csrfmiddlewaretoken") {
          url.searchParams.append(name, value);
        }
      });
    }
    return url;
  }

  function fetched(element) {
    var source = element.getAttribute("data-plot-source");
    if (source) {
      return Promise.resolve(JSON.parse(document.getElementById(source).textContent));
    }
    if (element.tomAbort) {
      element.tomAbort.abort();
    }
    element.tomAbort = new AbortController();
    return fetch(address(element), {
      headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" },
      credentials: "same-origin",
      signal: element.tomAbort.signal,
    }).then(function (response) {
      var json = (response.headers.get("Content-Type") || "").indexOf("json") >= 0;
      if (response.redirected && !json) {
        throw new Error("Your session has ended. Reload the page to log in.");
      }
      if (!json) {
        throw new Error("The plot could not be made (" + response.status + ").");
      }
      return response.json().then(function (answer) {
        if (!response.ok) {
          throw new Error(answer.message || answer.detail || "The plot could not be made (" + response.status + ").");
        }
        return answer;
      });
    });
  }

  function draw(element) {
    waiting(element);
    element.setAttribute("aria-busy", "true");
    return Promise.all([fetched(element), plotly()])
      .then(function (both) {
        var figure = both[0];
        if (!figure.data || !figure.data.length) {
          note(element, figure.message || "There is nothing to plot yet.");
          return undefined;
        }
        if (!element.tomFigure) {
          element.textContent = "";
        }
        element.tomFigure = figure;
        return both[1].react(element, tracesFor(figure), layoutFor(element, figure), configFor(element, figure));
      })
      .then(function () {
        element.dispatchEvent(new CustomEvent("tom:plotted", { bubbles: true }));
      })
      .catch(function (error) {
        if (error.name === "AbortError") {
          return; // a newer request took its place
        }
        var text = error instanceof TypeError ? "The server could not be reached." : error.message;
        note(element, text || "The plot could not be made.", true);
      })
      .finally(function () {
        element.removeAttribute("aria-busy");
      });
  }

  function redraw(element) {
    if (element.tomFigure && window.Plotly && element.clientWidth) {
      window.Plotly.react(element, tracesFor(element.tomFigure), layoutFor(element, element.tomFigure), configFor(element, element.tomFigure));
    }
  }

  var sizes = new ResizeObserver(function (entries) {
    entries.forEach(function (entry) {
      var element = entry.target;
      var width = Math.round(entry.contentRect.width);
      if (!width || element.tomWidth === width) {
        return;
      }
      element.tomWidth = width;
      window.clearTimeout(element.tomResize);
      element.tomResize = window.setTimeout(redraw, 80, element);
    });
  });

  function watch(element) {
    if (element.tomWatched) {
      return;
    }
    element.tomWatched = true;
    var height = parseInt(element.getAttribute("data-plot-height"), 10) || 400;
    element.style.height = Math.min(height, Math.max(260, window.innerHeight * 0.8)) + "px";
    var form = element.getAttribute("data-plot-form") && document.querySelector(element.getAttribute("data-plot-form"));
    if (form) {
      form.addEventListener("change", function () {
        draw(element);
      });
      form.addEventListener("submit", function (event) {
        if (!form.hasAttribute("data-plot-submit")) {
          event.preventDefault();
        }
        draw(element);
      });
    }
    sizes.observe(element);
    seen.observe(element);
  }

  seen = new IntersectionObserver(
    function (entries) {
      entries.forEach(function (entry) {
        if (entry.isIntersecting) {
          seen.unobserve(entry.target);
          draw(entry.target);
        }
      });
    },
    { rootMargin: "250px" }
  );

  tom.plots = { draw: draw, refresh: draw, redraw: redraw, plotly: plotly };
  tom.onLoad(function (root) {
    tom.all(root, ".tom-plot[data-plot-url], .tom-plot[data-plot-source]").forEach(watch);
  });
  document.addEventListener("tom:theme", function () {
    document.querySelectorAll(".tom-plot").forEach(redraw);
  });
  document.addEventListener("htmx:beforeCleanupElement", function (event) {
    if (event.target.classList && event.target.classList.contains("tom-plot")) {
      sizes.unobserve(event.target);
      seen.unobserve(event.target);
      clear(event.target);
    }
  });
})();
