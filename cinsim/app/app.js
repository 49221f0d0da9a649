// The app's page: what is done on it goes to the server as actions, and what the server says is put into its place.
"use strict";
(function () {
  const at = (id) => document.getElementById(id);
  const say = (text) => { at("said").textContent = text; };
  let waiting = [];
  const act = (name, values) => {
    waiting.push(Object.assign({}, values, { name }));
    if (waiting.length === 1) setTimeout(() => { Shiny.setInputValue("actions", waiting, { priority: "event" }); waiting = []; }, 0);
  };
  const go = (query) => act("state", { query });
  const put = (place, html) => { place.innerHTML = html; window.cinsimTables(place); };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-go]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); go(link.getAttribute("href")); return; }
    const button = event.target.closest("[data-act]");
    if (button) { const { act: name, ...values } = button.dataset; button.disabled = true; setTimeout(() => { button.disabled = false; }, 1500); act(name, values); }
    if (event.target.closest("[data-copy]")) navigator.clipboard.writeText(location.href).then(() => say("Copied"));
  });
  document.addEventListener("change", (event) => {
    const { key, why, filter, into } = event.target.dataset, value = event.target.value;
    if (key) act("field", { key, value });
    else if (why) act("why", { key: why, value });
    else if (filter) act("filter", { [filter]: value });
    else if (into && event.target.files[0]) event.target.files[0].text().then((text) => { at(into).value = text; });
    else if (event.target.matches("[data-yaml]")) act("yaml", { text: value });
  });
  let prepared = null;
  const upload = async (files) => {
    const work = await new Promise((known) => { prepared = known; act("prepare", {}); });
    for (const file of files) {
      say(`Reading ${file.name}`);
      const answer = await fetch(`/works/${work}/uploads/${encodeURIComponent(file.name)}`, { method: "PUT", body: file });
      if (!answer.ok) throw new Error((await answer.text()).trim());
    }
    act("begin", { return: "yes", work });
  };
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-form]");
    if (!form) return;
    event.preventDefault();
    const given = Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    const files = form.querySelector("input[name=file]");
    if (!files) { act(form.dataset.form, given); return; }
    if (!files.files.length) { alarm(form, "Choose a file first."); return; }
    upload([...files.files]).catch((error) => alarm(form, error.message));
  });
  const alarm = (form, text) => {
    const said = form.querySelector(".wrong") || form.appendChild(document.createElement("p"));
    said.className = "wrong";
    said.setAttribute("role", "alert");
    said.textContent = text;
  };
  window.addEventListener("popstate", () => go(location.search));

  const messages = {
    screen: ({ html, query, step, wrong }) => {
      const same = location.search === query, kept = same ? [...document.querySelectorAll("details[open]")].map((each) => each.dataset.lever) : [];
      put(at("screen"), html);
      if (!same) history.pushState(null, "", query);
      document.querySelectorAll("[data-step]").forEach((link) => {
        if (link.dataset.step === step) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      });
      kept.filter(Boolean).forEach((lever) => { const card = document.querySelector(`[data-lever="${lever}"]`); if (card) card.open = true; });
      const heading = document.querySelector("#screen h1");
      document.title = `${heading.textContent.trim()} – cinsim`;
      const filters = document.activeElement === document.body && same;
      if (wrong) document.querySelector("#screen .wrong")?.scrollIntoView({ block: "center" });
      else if (!filters || !same) { heading.focus({ preventScroll: true }); if (!same) window.scrollTo(0, 0); }
    },
    part: ({ id, html }) => { if (at(id)) put(at(id), html); },
    step: ({ values, hints, reasons, set, check, yaml }) => {
      document.querySelectorAll("[data-key]").forEach((each) => { if (each !== document.activeElement) each.value = values[each.dataset.key] || ""; });
      document.querySelectorAll("[data-why]").forEach((each) => { if (each !== document.activeElement) each.value = reasons[each.dataset.why] || ""; });
      document.querySelectorAll("[data-hint]").forEach((each) => { each.textContent = hints[each.dataset.hint] || ""; });
      document.querySelectorAll("[data-set]").forEach((each) => { each.textContent = set[each.dataset.set] || ""; });
      if (at("check")) at("check").innerHTML = check;
      if (yaml !== undefined && at("yaml")) at("yaml").value = yaml;
    },
    prepared: ({ work }) => { if (prepared) prepared(work); },
  };
  document.addEventListener("DOMContentLoaded", () => {
    Object.entries(messages).forEach(([name, take]) => Shiny.addCustomMessageHandler(name, take));
    window.jQuery(document).on("shiny:connected", () => go(location.search));
    window.jQuery(document).on("shiny:disconnected", () => { at("gone").hidden = false; });
  });
})();
