/* What cards, scorecards and the weight panel are made of. Every text is set as text, never as markup. */
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

/* A heading over pairs of a label and its value, or its values of several records. */
function panel(title, labels, values, absent) {
  const pairs = labels.map((label, place) => element("div", {}, element("dt", {}, label),
    ...[values[place]].flat().map(value => element("dd", value === null ? { class: "none" } : {}, value ?? absent))));
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

/* The rows of a small table that belong to the record at `at`: all records' stand one behind the other. */
function rowsOf({ counts, columns }, at) {
  const first = counts.slice(0, at).reduce((sum, count) => sum + count, 0);
  return Array.from({ length: counts[at] }, (_, row) => columns.map(column => column[first + row]));
}

/* A field that finds one record by name or code; `choose` is told its place. */
function picker(pick, ready, none, choose) {
  const SHOWN = 12; // matches that the list offers
  const input = pick.querySelector("input"), list = pick.querySelector(".found");
  let records, folded, matches = [], active = 0;

  const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); };
  const mark = () => {
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", place === active));
    const marked = list.children[active];
    if (marked && marked.id) input.setAttribute("aria-activedescendant", marked.id);
  };
  const take = place => {
    if (matches[place] === undefined) return;
    choose(matches[place]);
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
      item.addEventListener("pointerdown", event => { event.preventDefault(); take(place); });
      return item;
    }));
    if (!matches.length) list.append(element("li", { class: "small" }, none));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark();
  };

  ready.then(given => {
    records = given;
    folded = records.names.map((name, at) => `${name} ${records.codes[at]}`.toLowerCase());
    input.addEventListener("focus", offer);
    input.addEventListener("input", offer);
    if (document.activeElement === input) offer();
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && matches.length) {
      active = (active + step + matches.length) % matches.length;
      mark();
      event.preventDefault();
    } else if (event.key === "Enter") {
      take(active);
      event.preventDefault();
    } else if (event.key === "Escape") {
      input.value = "";
      close();
      event.preventDefault(); // the browser would clear the field itself, and so open the list again
    }
  });
}

/* `name=CODE` or `name=CODE&CODE` behind the # of the address: a link can point at records. */
function linked(name, codes) {
  if (!location.hash.startsWith(`#${name}=`)) return [];
  const wanted = location.hash.slice(name.length + 2).split("&").map(decodeURIComponent);
  return wanted.map(code => codes.indexOf(code)).filter(at => at >= 0);
}

/* A link to what the address names already opens it all the same. */
addEventListener("click", event => {
  const link = event.target.closest("td a[href^='#'], th a[href^='#']");
  if (link && link.hash === location.hash) dispatchEvent(new HashChangeEvent("hashchange"));
});

/* Brings a card that a link has opened into view, and the keyboard with it. */
function visit(card) {
  card.tabIndex = -1;
  card.focus({ preventScroll: true });
  card.scrollIntoView();
}

for (const button of document.querySelectorAll(".print-card")) {
  button.addEventListener("click", () => {
    button.closest(".card").classList.add("printed");
    document.documentElement.classList.add("only-card");
    print();
  });
}
addEventListener("afterprint", () => {
  document.documentElement.classList.remove("only-card");
  document.querySelectorAll(".card.printed").forEach(card => card.classList.remove("printed"));
});

/* Numbers as the page's sentences write them: a tie goes to the even digit, and sums that differ
   only by the order of their summing are the same. */
function writer(digits, options = {}) {
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    minimumFractionDigits: digits, maximumFractionDigits: digits, roundingMode: "halfEven", ...options,
  });
  return value => format.format(Math.round(value * 1e9) / 1e9 + 0); // no minus before a zero
}

function filled(message, values) {
  return message.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
