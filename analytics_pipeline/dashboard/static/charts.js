/* Draws the figures that a page carries as JSON, in the page's own colours. */
"use strict";

(() => {
  const scheme = window.matchMedia("(prefers-color-scheme: dark)");

  const colour = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const coloured = (trace) => {
    const hue = colour(trace.meta.colour);
    const shown = { ...trace };
    if (trace.type === "bar") {
      shown.marker = { ...trace.marker, color: hue };
    } else {
      shown.line = { ...trace.line, color: hue, width: 2.5 };
      shown.marker = { ...trace.marker, color: hue, size: 6 };
    }
    return shown;
  };

  const axis = (own) => ({
    gridcolor: colour("--line"),
    linecolor: colour("--strong-line"),
    zerolinecolor: colour("--line"),
    automargin: true,
    fixedrange: true,
    ...own,
  });

  const layout = (own) => ({
    ...own,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: colour("--soft") },
    margin: { l: 16, r: 16, t: 8, b: 16 },
    legend: { orientation: "h", x: 0, y: 1.12, font: { color: colour("--ink") } },
    hoverlabel: { bgcolor: colour("--card"), bordercolor: colour("--strong-line"), font: { color: colour("--ink") } },
    hovermode: "x unified",
    xaxis: axis({ ...own.xaxis, showgrid: false }),
    yaxis: axis({ ...own.yaxis, rangemode: "tozero" }),
  });

  const draw = () => {
    for (const place of document.querySelectorAll(".chart[data-figure]")) {
      const figure = JSON.parse(document.getElementById(place.dataset.figure).textContent);
      window.Plotly.react(place, figure.data.map(coloured), layout(figure.layout), {
        displayModeBar: false,
        responsive: true,
        scrollZoom: false,
      });
    }
  };

  draw();
  scheme.addEventListener("change", draw);
})();
