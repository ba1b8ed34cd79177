"use strict";
// Everything here is an addition: without it the pages show the same, only unsorted and without search.

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Sections side by side become tabs named after their headings.
function makeTabs(box) {
  const panels = [...box.children];
  const tabs = panels.map((panel) => {
    const heading = panel.querySelector("h3");
    heading.hidden = true;
    const tab = element("button", { type: "button", role: "tab", id: `${panel.id}-tab`, "aria-controls": panel.id }, heading.textContent);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    return tab;
  });
  const show = (chosen) => {
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === chosen));
      tab.tabIndex = i === chosen ? 0 : -1;
      panels[i].hidden = i !== chosen;
    });
  };
  const steps = { ArrowRight: 1, ArrowLeft: -1 };
  const list = element("div", { role: "tablist", "aria-label": box.dataset.tabs }, ...tabs);
  list.addEventListener("click", (event) => {
    const chosen = tabs.indexOf(event.target);
    if (chosen >= 0) show(chosen);
  });
  list.addEventListener("keydown", (event) => {
    const from = tabs.indexOf(event.target);
    const to = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : from + (steps[event.key] || 0);
    if (from < 0 || to === from) return;
    event.preventDefault();
    const chosen = (to + tabs.length) % tabs.length;
    show(chosen);
    tabs[chosen].focus();
  });
  box.prepend(list);
  show(Math.max(0, panels.findIndex((panel) => `#${panel.id}` === location.hash)));
}

async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = element("textarea", { readonly: "", class: "hidden" });
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("the browser does not copy");
}

function addCopyButton(box) {
  const button = element("button", { type: "button", class: "copy", "aria-live": "polite" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await copyText(box.querySelector("code").textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Press Ctrl+C";
      getSelection().selectAllChildren(box.querySelector("code"));
    }
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  box.querySelector(".head").append(button);
}

// Pointing at a node brings out its edges.
function bringOutEdges(graph) {
  const paths = [...graph.querySelectorAll("path[data-start]")];
  const mark = (node) => paths.forEach((p) => p.classList.toggle("near", Boolean(node) && (p.dataset.start === node || p.dataset.end === node)));
  for (const node of graph.querySelectorAll("[data-node]")) {
    for (const event of ["mouseenter", "focus"]) node.addEventListener(event, () => mark(node.dataset.node));
    for (const event of ["mouseleave", "blur"]) node.addEventListener(event, () => mark(null));
  }
}

const FACETS = ["entity", "kind", "tag", "owner"];
const FIRST = 25;

function startSearch(form, catalog) {
  const table = document.getElementById("results");
  const more = document.getElementById("more");
  const found = document.getElementById("found");
  const views = new Map([...document.querySelectorAll("[data-view]")].map((row) => [row.dataset.view, row]));
  const lower = (text) => text.toLowerCase();
  const models = catalog.models.map((model) => ({ ...model, words: lower(`${model.name} ${model.text}`), row: views.get(model.name) }));
  const features = catalog.features.map(([model, name, type, text, definition, url]) => ({
    model: models[model], name, type, text, definition, url,
    inName: lower(name), inText: lower(text), inDefinition: lower(definition),
  }));
  let shown = FIRST;

  const fits = (model, facets) => FACETS.every((facet) => {
    const wanted = facets[facet];
    return !wanted || (facet === "tag" ? model.tags.includes(wanted) : model[facet] === wanted);
  });

  // Every word must be found somewhere; a name says more than a description, and that more than a definition.
  function score(feature, words) {
    let sum = 0;
    for (const word of words) {
      if (feature.inName.startsWith(word)) sum += 8;
      else if (feature.inName.includes(word)) sum += 6;
      else if (feature.model.name.includes(word)) sum += 4;
      else if (feature.inText.includes(word)) sum += 3;
      else if (feature.model.words.includes(word)) sum += 2;
      else if (feature.inDefinition.includes(word)) sum += 1;
      else return -1;
    }
    return sum;
  }

  function marked(text, words) {
    const fragment = document.createDocumentFragment();
    const low = lower(text);
    let end = 0;
    while (end < text.length) {
      const hits = words.map((word) => [low.indexOf(word, end), word]).filter(([at]) => at >= 0);
      if (!hits.length) break;
      const [at, word] = hits.reduce((a, b) => (b[0] < a[0] || (b[0] === a[0] && b[1].length > a[1].length) ? b : a));
      fragment.append(text.slice(end, at), element("mark", {}, text.slice(at, at + word.length)));
      end = at + word.length;
    }
    fragment.append(text.slice(end));
    return fragment;
  }

  function row(feature, words) {
    const code = element("code", {}, marked(feature.name, words));
    const description = element("td", {}, marked(feature.text, words));
    if (feature.definition && feature.definition !== feature.name) {
      description.append(element("span", { class: "definition-line" }, marked(feature.definition, words)));
    }
    return element("tr", {},
      element("th", { scope: "row" }, element("a", { href: feature.url }, code)),
      element("td", {}, element("code", { class: "type" }, feature.type)),
      element("td", { "data-label": "Feature view" }, element("a", { href: feature.model.url }, element("code", {}, marked(feature.model.name, words)))),
      element("td", { "data-label": "Entity" }, feature.model.entity),
      description);
  }

  function update() {
    const state = Object.fromEntries(new FormData(form));
    const words = lower(state.q.trim()).split(/\s+/).filter(Boolean);
    const hits = features
      .map((feature, place) => ({ feature, place, score: fits(feature.model, state) ? score(feature, words) : -1 }))
      .filter((hit) => hit.score >= 0)
      .sort((a, b) => b.score - a.score || a.place - b.place);
    const inModels = new Set(hits.map((hit) => hit.feature.model));
    table.tBodies[0].replaceChildren(...hits.slice(0, shown).map((hit) => row(hit.feature, words)));
    table.hidden = hits.length === 0;
    more.hidden = hits.length <= shown;
    more.textContent = `Show all ${hits.length}`;
    for (const model of models) if (model.row) model.row.hidden = !inModels.has(model);
    const count = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;
    found.textContent = hits.length
      ? `${count(hits.length, "feature")} in ${count(inModels.size, "feature view")}`
      : "No feature fits. Try fewer or shorter words, or clear the filters.";
    return state;
  }

  // The search is in the address, so that it can be sent to somebody.
  function remember(state) {
    const query = new URLSearchParams(Object.entries(state).filter(([, value]) => value.trim()));
    history.replaceState(null, "", `${location.pathname}${query.size ? `#${query}` : ""}`);
  }

  function recall() {
    const query = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : location.search);
    for (const name of ["q", ...FACETS]) {
      const field = form.elements.namedItem(name);
      field.value = query.get(name) || "";
      if (field.value !== (query.get(name) || "")) field.value = "";
    }
    shown = FIRST;
    update();
  }

  form.addEventListener("input", () => { shown = FIRST; remember(update()); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { shown = FIRST; remember(update()); form.elements.namedItem("q").focus(); }));
  more.addEventListener("click", () => { shown = Infinity; update(); });
  addEventListener("hashchange", () => { if (location.hash.includes("=") || !location.hash) recall(); });
  addEventListener("keydown", (event) => {
    const typing = event.target.closest && event.target.closest("input, select, textarea");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    form.elements.namedItem("q").focus();
  });
  recall();
}

document.querySelectorAll("[data-tabs]").forEach(makeTabs);
document.querySelectorAll(".code").forEach(addCopyButton);
document.querySelectorAll(".graph").forEach(bringOutEdges);
const searchForm = document.getElementById("search");
if (searchForm && window.sqlfeatCatalog) startSearch(searchForm, window.sqlfeatCatalog);
