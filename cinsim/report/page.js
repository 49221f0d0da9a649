// Sorting, finding, copying and downloading of tables, and the chart to explore. Without it the page still says everything.
"use strict";
(function () {
  const number = (cell) => {
    if (cell.dataset.v !== undefined) return parseFloat(cell.dataset.v);
    const text = cell.textContent.replace(/,/g, "").replace(/−/g, "-").match(/-?\d+(\.\d+)?/);
    return text ? parseFloat(text[0]) : NaN;
  };
  const words = (cell) => cell.textContent.trim().replace(/\s+/g, " ");
  const csv = (rows) => rows.map((row) => row.map((text) => `"${text.replace(/"/g, '""')}"`).join(",")).join("\r\n");
  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  };
  const save = (name, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + text], { type: "text/csv" }));
    link.download = name.toLowerCase().replace(/[^a-z0-9]+/g, "_").slice(0, 60) + ".csv";
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const said = document.getElementById("said");
  const say = (text) => { if (said) said.textContent = text; };

  const tables = (within) => within.querySelectorAll(".scroll > table").forEach((table) => {
    if (table.closest("[data-plain]")) return;
    const body = table.tBodies[0], rows = Array.from(body.rows), name = words(table.caption);
    const content = () => [table.tHead.rows[0], ...body.rows].filter((row) => !row.hidden).map((row) => Array.from(row.cells, words));
    const tools = document.createElement("div");
    tools.className = "tools";
    if (rows.length > 12) {
      const label = document.createElement("label"), find = document.createElement("input");
      find.type = "search";
      label.append("Find ", find);
      find.addEventListener("input", () => {
        const wanted = find.value.trim().toLowerCase();
        rows.forEach((row) => { row.hidden = wanted !== "" && !row.cells[0].textContent.toLowerCase().includes(wanted); });
        say(`${rows.filter((row) => !row.hidden).length} of ${rows.length} rows`);
      });
      tools.append(label);
    }
    tools.append(
      button("Copy", () => navigator.clipboard.writeText(content().map((row) => row.join("\t")).join("\n")).then(() => say("Copied"))),
      button("Download CSV", () => save(name, csv(content())))
    );
    if (table.closest(".first")) table.parentElement.after(tools);
    else table.parentElement.before(tools);
    if (rows.length < 6 || table.closest(".first")) return;
    Array.from(table.tHead.rows[0].cells).forEach((heading, place) => {
      const text = heading.textContent, sort = button(text, () => {
        const down = heading.getAttribute("aria-sort") === "descending" ? 1 : -1;
        Array.from(table.tHead.rows[0].cells).forEach((other) => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", down === 1 ? "ascending" : "descending");
        const value = (row) => (place === 0 ? words(row.cells[0]) : number(row.cells[place]));
        rows.sort((a, b) => {
          const x = value(a), y = value(b);
          if (place === 0) return -down * x.localeCompare(y);
          return (Number.isNaN(x) - Number.isNaN(y)) || down * (x - y);
        });
        body.append(...rows);
      });
      sort.className = "sort";
      heading.replaceChildren(sort);
    });
  });

  tables(document);
  window.cinsimTables = tables;

  const held = document.getElementById("explore-data"), place = document.getElementById("explore");
  if (!held || !place || !window.vegaLite) return;
  const data = JSON.parse(held.textContent);
  const title = Object.fromEntries(data.options), palette = data.colours;
  const select = (text, options) => {
    const label = document.createElement("label"), made = document.createElement("select");
    options.forEach(([value, shown]) => made.add(new Option(shown, value)));
    label.append(text + " ", made);
    place.querySelector(".tools").append(label);
    return made;
  };
  const views = [["year", "by year"]].concat(data.places.length > 1 ? [["place", "by authority"]] : []);
  const view = select("Show", views), measure = select("Measure", data.measures.map((m) => [m[0], m[1]]));
  const region = select("Region", [["", "all"]].concat([...new Set(data.places.map((p) => p[1]))].sort().map((r) => [r, r])));
  const shown = select("As", [["chart", "chart"], ["table", "table"]]);
  const chart = place.querySelector(".chart"), canvas = chart.firstElementChild, grid = place.querySelector(".grid");
  const draw = () => {
    const unit = data.measures.find((m) => m[0] === measure.value)[2], label = measure.selectedOptions[0].text;
    const byYear = view.value === "year";
    region.parentElement.hidden = byYear;
    const rows = byYear
      ? data.levels.filter((r) => r[1] === measure.value).map((r) => ({ option: title[r[0]], year: String(r[2]), value: r[3], lower: r[4], upper: r[5], text: r[6] }))
      : data.places.filter((p) => !region.value || p[1] === region.value).flatMap((p) => Object.entries(p[2][measure.value] || {}).map(([o, v]) => ({ authority: p[0], option: title[o], value: v })));
    const colour = { field: "option", type: "nominal", title: null, scale: { domain: data.options.map((o) => o[1]), range: palette }, legend: { orient: "bottom", columns: 1, labelLimit: 400 } };
    const y = { field: "value", type: "quantitative", title: unit || label, scale: { zero: true } };
    const spec = byYear
      ? { layer: [
          { mark: { type: "errorbar", ticks: true }, encoding: { x: { field: "year", type: "ordinal", title: "Year to March" }, xOffset: { field: "option" }, y: { field: "lower", type: "quantitative", title: unit || label }, y2: { field: "upper" }, color: colour } },
          { mark: { type: "point", filled: true, size: 70 }, encoding: { x: { field: "year", type: "ordinal", axis: { labelAngle: 0 } }, xOffset: { field: "option" }, y, color: colour, tooltip: ["option", "year", { field: "text", title: label }] } } ] }
      : { height: { step: 14 }, mark: { type: "point", filled: true, size: 60 }, encoding: { y: { field: "authority", type: "nominal", title: null, sort: { field: "value", op: "max", order: "descending" } }, x: { ...y }, color: colour, tooltip: ["authority", "option", { field: "value", format: ",.1f", title: label }] } };
    const full = { $schema: "https://vega.github.io/schema/vega-lite/v6.json", description: label, width: "container", autosize: { type: "fit", contains: "padding" }, data: { values: rows }, config: { aria: false, font: "system-ui, Arial, sans-serif", axis: { labelFontSize: 13, titleFontSize: 13 }, legend: { labelFontSize: 13 } }, ...spec };
    if (byYear) full.height = 340;
    else delete full.autosize;
    const isTable = shown.value === "table", columns = byYear ? ["option", "year", "text"] : ["authority", "option", "value"];
    chart.hidden = isTable;
    grid.hidden = !isTable;
    grid.replaceChildren();
    if (isTable) {
      const table = document.createElement("table"), head = table.createTHead().insertRow(), body = table.createTBody();
      table.createCaption().textContent = label;
      columns.forEach((c) => { const th = document.createElement("th"); th.scope = "col"; th.textContent = c[0].toUpperCase() + c.slice(1); head.append(th); });
      rows.forEach((r) => { const tr = body.insertRow(); columns.forEach((c) => { tr.insertCell().textContent = typeof r[c] === "number" ? r[c].toFixed(1) : r[c]; }); });
      grid.append(table);
    } else {
      chart.setAttribute("aria-label", `${label}, ${view.selectedOptions[0].text}; shown as a table, it gives the numbers`);
      drawn = new window.vega.View(window.vega.parse(window.vegaLite.compile(full).spec), { renderer: "svg", container: canvas, hover: true });
      drawn.runAsync();
    }
    current = [columns, ...rows.map((r) => columns.map((c) => String(r[c])))];
  };
  let current = [], drawn = null;
  const picture = (kind) => drawn && drawn.toImageURL(kind).then((url) => {
    const link = document.createElement("a");
    link.href = url;
    link.download = `${measure.value}.${kind}`;
    link.click();
  });
  place.querySelector(".tools").append(button("Download CSV", () => save(measure.value, csv(current))), button("PNG", () => picture("png")), button("SVG", () => picture("svg")));
  [view, measure, region, shown].forEach((each) => each.addEventListener("change", draw));
  place.hidden = false;
  draw();
})();
