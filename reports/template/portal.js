/* The portal: find a party on the pages, compare two dates, tell when pages are old. */
(() => {
"use strict";
const HITS = 12, ROWS = 6; // hits and rows of a table that are shown at first
const DAY = 24 * 3600 * 1000;
const packed = element => unpacked(element).then(JSON.parse);
const fold = text => text.normalize("NFKC").toLowerCase();
const parties = packed(document.getElementById("parties")).then(({ codes, names, places }) =>
  names.map((name, at) => ({
    name, code: codes[at], places: places[at], folded: fold(`${name}\n${codes[at] ?? ""}`),
  })));

for (const edition of document.querySelectorAll(".edition")) {
  const words = JSON.parse(edition.querySelector(".words").textContent);
  const search = edition.querySelector(".search"), compare = edition.querySelector(".compare select");
  if (search) parties.then(all => find(search, all, words)).catch(console.error);
  if (compare) {
    packed(edition.querySelector(".comparisons"))
      .then(dates => tell(compare, edition.querySelector(".told"), dates, words)).catch(console.error);
  }
}

for (const mark of document.querySelectorAll(".aged")) {
  const isAged = Date.now() - Date.parse(mark.dataset.newest) > mark.dataset.most * DAY;
  mark.hidden = !isAged;
  mark.closest(".edition").querySelector(".fresh").hidden = isAged; // would read as the opposite
}

/* --- search ------------------------------------------------------------------------------------ */
function find(search, all, words) {
  const input = search.querySelector("input"), list = search.querySelector(".hits");
  const matches = search.querySelector(".matches"), more = search.querySelector(".rows");
  const show = most => {
    const wanted = fold(input.value.trim());
    const found = wanted ? all.filter(({ folded }) => folded.includes(wanted)) : [];
    list.replaceChildren(...found.slice(0, most).map(party => hit(party, words)));
    more.hidden = found.length <= most;
    more.textContent = filled(words.all, { n: found.length });
    const said = found.length ? filled(found.length === 1 ? words.one : words.found, { n: found.length }) : words.none;
    matches.textContent = wanted ? said : "";
  };
  input.addEventListener("input", () => show(HITS));
  input.addEventListener("keydown", event => {
    const first = list.querySelector("a");
    if (!first || !["Enter", "ArrowDown"].includes(event.key)) return;
    first.focus();
    event.preventDefault();
  });
  more.addEventListener("click", () => {
    const next = list.children.length;
    show(Infinity);
    list.children[next].querySelector("a")?.focus();
  });
  show(HITS);
}

/* A party, a link to the first place that has it, and links to the others. */
function hit({ name, code, places }, { spots }) {
  const links = places.map(place => {
    const { page, anchor, by, report, title } = spots[place];
    const text = `${report} · ${title}`;
    if (!page) return element("span", {}, text);
    return element("a", { href: `${page}#${anchor}=${encodeURIComponent(by === "code" ? code : name)}` }, text);
  });
  const head = element("p", {}, element("b", {}, name));
  if (code && code !== name) head.append(" ", element("span", { class: "small" }, code));
  return element("li", {}, head, element("p", { class: "where" }, ...links));
}

/* --- two dates --------------------------------------------------------------------------------- */
function tell(select, told, dates, words) {
  const draw = { table: block => tableOf(block, words), findings: sentences };
  const show = () => told.replaceChildren(...dates[select.value][1].map(block => draw[block.kind](block)));
  select.addEventListener("change", show);
  show();
}

function sentences({ items }) {
  return element("ul", { class: "findings" }, ...items.map(({ text, tone }) => element("li", { class: tone }, text)));
}

function tableOf({ title, columns, rows }, words) {
  const cell = (tag, value, { key, type }, attributes = {}) => {
    const shown = Array.isArray(value) ? value[0] : value;
    return element(tag, { class: shown === null ? "none" : `${type} ${key}`, ...attributes }, shown ?? words.absent);
  };
  const lines = rows.map((row, number) => {
    const cells = row.map((value, at) =>
      at ? cell("td", value, columns[at]) : cell("th", value, columns[at], { scope: "row" }));
    const line = element("tr", {}, ...cells);
    line.hidden = number >= ROWS;
    return line;
  });
  const head = columns.map(column => cell("th", column.label, column, { scope: "col" }));
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...lines));
  table.style.setProperty("--cells", columns.length - 1);
  const scroll = element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": title }, table);
  const figure = element("figure", { class: "exhibit table" }, element("figcaption", {}, title), scroll);
  if (rows.length > ROWS) figure.append(element("p", { class: "small count" }, expander(lines, words)));
  return figure;
}

function expander(lines, words) {
  const button = element("button", { type: "button", "aria-expanded": "false" }, filled(words.rows, { n: lines.length }));
  button.addEventListener("click", () => {
    const opens = button.getAttribute("aria-expanded") === "false";
    lines.slice(ROWS).forEach(line => { line.hidden = !opens; });
    button.setAttribute("aria-expanded", opens);
    button.textContent = opens ? words.fewer : filled(words.rows, { n: lines.length });
  });
  return button;
}
})();
