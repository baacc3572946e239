/* Cards: the reader picks one record of many. Every text is set as text, never as markup. */
(() => {
"use strict";
const SHOWN = 12; // matches that the list offers
const root = document.documentElement;
const amount = new Intl.NumberFormat(root.lang, { notation: "compact", maximumFractionDigits: 1 });

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function drawing(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/* Bars by month; what is below zero hangs under the line. */
function bars(title, months, values, most) {
  const top = Math.max(0, ...values), bottom = Math.min(0, ...values), span = top - bottom || 1;
  const shapes = values.map((value, month) => {
    const label = drawing("title", {}, `${months[month]}: ${amount.format(value)}`);
    return drawing("rect", {
      x: month * 10 + 1, width: 8, y: ((top - Math.max(value, 0)) / span) * 100,
      height: Math.max((Math.abs(value) / span) * 100, value ? 0.8 : 0), class: value < 0 ? "below" : "above",
    }, label);
  });
  const size = { viewBox: `0 0 ${values.length * 10} 100`, preserveAspectRatio: "none", "aria-hidden": "true" };
  const ends = [months[0], `${most} ${amount.format(top)}`, months[months.length - 1]];
  return element("div", { class: "history" }, element("h4", {}, title), drawing("svg", size, ...shapes),
    element("p", { class: "small" }, ...ends.map(end => element("span", {}, end))));
}

function panel(title, labels, values, absent) {
  const pairs = labels.map((label, place) => element("div", {}, element("dt", {}, label),
    element("dd", values[place] === null ? { class: "none" } : {}, values[place] ?? absent)));
  return element("section", {}, element("h4", {}, title), element("dl", {}, ...pairs));
}

function detail(title, columns, rows, absent) {
  const row = (cells, tag) => element("tr", {},
    ...cells.map((cell, place) => element(tag, { class: columns[place][1] }, cell ?? absent)));
  const table = element("table", {}, element("thead", {}, row(columns.map(([label]) => label), "th")),
    element("tbody", {}, ...rows.map(cells => row(cells, "td"))));
  return element("section", { class: "detail" }, element("h4", {}, title),
    element("div", { class: "scroll" }, table));
}

for (const card of document.querySelectorAll(".card")) {
  const [words, packed] = [...card.querySelectorAll("script")];
  const { panels, details, history, most, none, absent } = JSON.parse(words.textContent);
  const input = card.querySelector("input"), list = card.querySelector(".found");
  let records, folded, matches = [], active = 0;

  const show = at => {
    const { codes, names, values } = records;
    const rowsOf = ({ counts, columns }) => {
      const first = counts.slice(0, at).reduce((sum, count) => sum + count, 0);
      return Array.from({ length: counts[at] }, (_, row) => columns.map(column => column[first + row]));
    };
    const heading = element("header", {}, element("h3", {}, names[at]));
    if (codes[at] !== names[at]) heading.append(element("p", { class: "small" }, codes[at]));
    const body = panels.map(([title, labels], place) =>
      panel(title, labels, values[place].map(column => column[at]), absent));
    const tables = details.flatMap(([title, columns], place) => {
      const rows = rowsOf(records.details[place]);
      return rows.length ? [detail(title, columns, rows, absent)] : [];
    });
    const past = history ? [bars(history[0], history[1], records.history[at], most)] : [];
    card.querySelector(".record").replaceChildren(heading, ...past,
      element("div", { class: "panels" }, ...body), element("div", { class: "details" }, ...tables));
  };

  const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); };
  const mark = () => {
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", place === active));
    const marked = list.children[active];
    if (marked && marked.id) input.setAttribute("aria-activedescendant", marked.id);
  };
  const choose = place => {
    if (matches[place] === undefined) return;
    show(matches[place]);
    input.value = "";
    close();
  };
  const offer = () => {
    const wanted = input.value.trim().toLowerCase();
    matches = [];
    for (let at = 0; at < folded.length && matches.length < SHOWN; at++) {
      if (folded[at].includes(wanted)) matches.push(at);
    }
    active = 0;
    list.replaceChildren(...matches.map((at, place) => {
      const item = element("li", { role: "option", id: `${list.id}-${place}` }, records.names[at],
        element("span", { class: "small" }, records.codes[at]));
      item.addEventListener("pointerdown", event => { event.preventDefault(); choose(place); });
      return item;
    }));
    if (!matches.length) list.append(element("li", { class: "small" }, none));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark();
  };

  const ready = unpacked(packed).then(text => {
    records = JSON.parse(text);
    folded = records.names.map((name, at) => `${name} ${records.codes[at]}`.toLowerCase());
    show(0);
    follow();
  });
  ready.catch(console.error);

  /* #card=CODE opens the card of that code: a link can point at it. */
  const follow = () => {
    const code = location.hash.startsWith("#card=") && decodeURIComponent(location.hash.slice(6));
    const at = code ? records.codes.indexOf(code) : -1;
    if (at < 0) return;
    show(at);
    card.scrollIntoView();
  };
  addEventListener("hashchange", () => ready.then(follow));

  input.addEventListener("focus", () => ready.then(offer));
  input.addEventListener("input", () => ready.then(offer));
  input.addEventListener("blur", close);
  input.addEventListener("keydown", event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && matches.length) {
      active = (active + step + matches.length) % matches.length;
      mark();
      event.preventDefault();
    } else if (event.key === "Enter") {
      choose(active);
      event.preventDefault();
    } else if (event.key === "Escape") {
      input.value = "";
      close();
      event.preventDefault(); // the browser would clear the field itself, and so open the list again
    }
  });
  card.querySelector(".print-card").addEventListener("click", () => {
    card.classList.add("printed");
    root.classList.add("only-card");
    print();
  });
}

addEventListener("afterprint", () => {
  root.classList.remove("only-card");
  document.querySelectorAll(".card.printed").forEach(card => card.classList.remove("printed"));
});
})();
