/* Cards: the reader picks one record of many. */
(() => {
"use strict";
const amount = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 });

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

for (const card of document.querySelectorAll(".card:not(.scorecard)")) {
  const [words, packed] = [...card.querySelectorAll("script")];
  const { panels, details, history, most, none, absent } = JSON.parse(words.textContent);
  const ready = unpacked(packed).then(JSON.parse);

  const show = ({ codes, names, values, ...records }, at) => {
    const heading = element("header", {}, element("h3", {}, names[at]));
    if (codes[at] !== names[at]) heading.append(element("p", { class: "small" }, codes[at]));
    const body = panels.map(([title, labels], place) =>
      panel(title, labels, values[place].map(column => column[at]), absent));
    const tables = details.flatMap(([title, columns], place) => {
      const rows = rowsOf(records.details[place], at);
      return rows.length ? [detail(title, columns, rows, absent)] : [];
    });
    const past = history ? [bars(history[0], history[1], records.history[at], most)] : [];
    card.querySelector(".record").replaceChildren(heading, ...past,
      element("div", { class: "panels" }, ...body), element("div", { class: "details" }, ...tables));
  };
  const follow = records => {
    const [at] = linked("card", records.codes);
    if (at === undefined) return;
    show(records, at);
    visit(card);
  };

  ready.then(records => { show(records, 0); follow(records); }).catch(console.error);
  addEventListener("hashchange", () => ready.then(follow));
  picker(card.querySelector(".pick"), ready, none, at => ready.then(records => show(records, at)));
}
})();
