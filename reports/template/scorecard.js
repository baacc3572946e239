/* Scorecards: one distributor criterion by criterion, or two side by side. */
(() => {
"use strict";
const SIDES = ["one", "two"];
const NAMED = 3; // criteria that a sentence tells of
const [whole, tenth] = [writer(0), writer(1)];
const percent = writer(1, { style: "percent" });
const signed = writer(1, { signDisplay: "exceptZero" });

/* Weights and contributions of a record, as score.weighted has them: what is missing is left out. */
function reckoned(criteria, records, at) {
  const own = criteria.map(({ weight }, place) => ({ points: records.criteria[place].points[at], weight }));
  const total = own.reduce((sum, { points, weight }) => sum + (points === null ? 0 : weight), 0);
  return own.map(({ points, weight }) => points === null ? { points, weight: null, adds: 0 }
    : { points, weight: weight / total, adds: points * weight / total });
}

function bar({ median, best }, points, side) {
  const mark = (at, name) => drawing("line", { x1: at, x2: at, y1: 0, y2: 10, class: name });
  const marks = points === null ? [] : [drawing("rect", { width: points, y: 2, height: 6, class: side })];
  if (median !== null) marks.push(mark(median, "median"), mark(best, "best"));
  return drawing("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    drawing("rect", { width: 100, y: 2, height: 6, class: "track" }), ...marks);
}

/* Corners by criterion, numbered as in the table; where a value is missing there is no corner. */
function radar(criteria, points, words) {
  const rim = 100;
  const at = (place, size) => {
    const turn = (place / criteria.length) * 2 * Math.PI;
    return [Math.sin(turn) * size, -Math.cos(turn) * size].map(length => length.toFixed(1)).join(",");
  };
  const corners = values => values.flatMap((value, place) => value === null ? [] : [at(place, value)]);
  const shape = (values, name) => drawing("polygon", { points: corners(values).join(" "), class: name });
  const dots = (values, name) => corners(values).map(corner => {
    const [cx, cy] = corner.split(",");
    return drawing("circle", { cx, cy, r: 2.4, class: name });
  });
  const rings = [20, 40, 60, 80, 100].map(size => shape(criteria.map(() => size), "ring"));
  const spokes = criteria.flatMap((_, place) => {
    const [x2, y2] = at(place, rim).split(","), [x, y] = at(place, rim + 11).split(",");
    return [drawing("line", { x1: 0, y1: 0, x2, y2, class: "ring" }), drawing("text", { x, y }, `${place + 1}`)];
  });
  return drawing("svg", { viewBox: "-120 -120 240 240", class: "radar", role: "img", "aria-label": words },
    ...rings, ...spokes, shape(criteria.map(({ median }) => median), "median"),
    ...points.flatMap((values, side) => [shape(values, SIDES[side]), ...dots(values, SIDES[side])]));
}

for (const card of document.querySelectorAll(".scorecard")) {
  const [words, packed] = [...card.querySelectorAll("script")];
  const { panels, details, criteria, says, absent } = JSON.parse(words.textContent);
  const ready = unpacked(packed).then(JSON.parse);
  const single = card.querySelector(".single");
  let chosen = [0];

  const cell = (label, values, name = "") => element("td", { "data-label": label, class: name },
    ...values.map((value, side) => element("span", { class: SIDES[side] }, ...[value ?? absent].flat())));

  const line = (records, sums, place) => {
    const of = criteria[place], own = records.criteria[place];
    const marks = [of.median_text && filled(says.median, { value: of.median_text }),
      of.best_text && filled(says.best, { value: of.best_text })].filter(Boolean).join(says.comma);
    const each = told => chosen.map((at, side) => told(at, sums[side][place], side));
    const cells = [
      cell(says.value, each(at => own.values[at])),
      cell(says.band, each(at => own.bands[at] && filled(says.of, { band: own.bands[at], count: of.bands }))),
      cell(says.points, each((at, { points }, side) =>
        [bar(of, points, SIDES[side]), points === null ? absent : whole(points)]), "points"),
      cell(says.weight, each((at, { weight }) => weight === null ? null : percent(weight))),
      cell(says.contribution, each((at, { points, adds }) => points === null ? null : tenth(adds))),
      cell(says.lift, each(at => own.needs[at] && (own.smallest[at]
        ? [element("b", {}, own.needs[at]), " ", element("small", {}, says.smallest)] : own.needs[at])), "lift"),
    ];
    return element("tr", {}, element("th", { scope: "row" }, `${place + 1} ${of.label}`,
      element("small", {}, marks)), ...cells, ...lead(sums.map(side => side[place].adds)));
  };

  const lead = adds => {
    if (adds.length < 2) return [];
    const ahead = Math.round((adds[0] - adds[1]) * 1e9);
    return [element("td", { "data-label": says.lead, class: ahead > 0 ? "lead first" : ahead < 0 ? "lead second" : "lead" },
      signed(adds[0] - adds[1]))];
  };

  /* The last rows: what is deducted, and what it all comes to. */
  const ending = (label, values) => element("tr", { class: "sum" }, element("th", { scope: "row" }, label),
    element("td", { colspan: 4, class: "gap" }), cell(says.contribution, values.map(tenth)),
    element("td", { class: "gap" }), ...lead(values));

  const table = (records, sums, totals) => {
    const heads = [says.criterion, says.value, says.band, says.points, says.weight, says.contribution, says.lift];
    if (chosen.length > 1) heads.push(says.lead);
    const rows = criteria.flatMap(({ platform }, place) => {
      const row = line(records, sums, place);
      if (place && platform === criteria[place - 1].platform) return [row];
      return [element("tr", { class: "platform" },
        element("th", { scope: "colgroup", colspan: heads.length }, platform)), row];
    });
    return element("table", { class: "criteria" },
      element("thead", {}, element("tr", {}, ...heads.map(head => element("th", { scope: "col" }, head)))),
      element("tbody", {}, ...rows,
        ending(says.deductions, chosen.map(at => -records.deductions[at])), ending(says.score, totals)));
  };

  /* What the numbers say in words. */
  const sentences = (records, sums, totals) => {
    const { names, ranked, vetoed, wins } = records;
    const said = [];
    if (chosen.length > 1) {
      const gap = totals[0] - totals[1], way = gap < 0 ? -1 : 1;
      const [front, back] = gap < 0 ? [1, 0] : [0, 1];
      const who = { one: names[chosen[front]], other: names[chosen[back]], points: tenth(Math.abs(gap)) };
      const parts = criteria.map(({ label }, place) => [label, way * (sums[0][place].adds - sums[1][place].adds)]);
      parts.push([says.deductions, way * (records.deductions[chosen[1]] - records.deductions[chosen[0]])]);
      parts.sort((a, b) => b[1] - a[1]);
      const told = (those, message) => {
        const some = those.filter(([, ahead]) => Math.abs(ahead) >= 0.05).slice(0, NAMED);
        const listed = some.map(([label, ahead]) => `${label} (${signed(ahead)})`).join(says.comma);
        return some.length ? [filled(message, { criteria: listed })] : [];
      };
      said.push([filled(Math.abs(gap) < 0.05 ? says.level : says.above, who),
        ...told(parts.filter(([, ahead]) => ahead > 0), says.most),
        ...told(parts.filter(([, ahead]) => ahead < 0).reverse(), says.against)].join(says.then));
      const [first, second] = [Math.min(...chosen), Math.max(...chosen)];
      const share = second < ranked ? wins[first][second - first - 1] : undefined;
      if (share !== undefined) {
        said.push(filled(says.wins, { one: names[first], other: names[second], share: percent(share / 1000) }));
      }
    }
    for (const at of chosen) {
      if (records.advice[at]) said.push(records.advice[at]);
      const needs = records.criteria.some(({ needs }) => needs[at] !== null);
      if (vetoed[at]) said.push(filled(says.veto, { name: names[at] }));
      if (at === 0 && ranked) said.push(filled(says.top, { name: names[at] }));
      else if (at < ranked && !needs) said.push(filled(says.alone, { name: names[at] }));
    }
    return said.map(sentence => element("p", {}, sentence));
  };

  const show = (records, ...places) => {
    chosen = places.slice(0, 2);
    const { codes, names, values } = records;
    const sums = chosen.map(at => reckoned(criteria, records, at));
    const totals = sums.map((side, place) =>
      side.reduce((sum, { adds }) => sum + adds, 0) - records.deductions[chosen[place]]);
    const heading = element("header", {}, ...chosen.map((at, side) => element("h3", { class: SIDES[side] },
      names[at], ...(codes[at] === names[at] ? [] : [element("small", {}, codes[at])]))));
    const body = panels.map(([title, labels], place) => panel(title, labels,
      values[place].map(column => chosen.map(at => column[at])), absent));
    const tables = chosen.flatMap((at, side) => details.flatMap(([title, columns], place) => {
      const rows = rowsOf(records.details[place], at);
      const whose = chosen.length > 1 ? `${names[at]} · ${title}` : title;
      return rows.length ? [detail(whose, columns, rows, absent)] : [];
    }));
    const drawn = criteria.length < 3 ? []
      : [element("div", { class: "web" }, radar(criteria, sums.map(side => side.map(({ points }) => points)), says.radar),
        element("p", { class: "small" }, says.radar))];
    const record = card.querySelector(".record");
    record.classList.toggle("pair", chosen.length > 1);
    record.replaceChildren(heading, element("div", { class: "reasons" }, ...sentences(records, sums, totals)),
      element("div", { class: "overview" }, ...drawn, element("div", { class: "panels" }, ...body)),
      table(records, sums, totals), element("div", { class: "details" }, ...tables));
    single.hidden = chosen.length < 2;
  };
  const follow = records => {
    const places = linked("scorecard", records.codes);
    if (!places.length) return;
    show(records, ...places);
    visit(card);
  };

  ready.then(records => { show(records, 0); follow(records); }).catch(console.error);
  addEventListener("hashchange", () => ready.then(follow));
  const [own, other] = card.querySelectorAll(".pick");
  picker(own, ready, says.none, at => ready.then(records => show(records, at, ...chosen.slice(1))));
  picker(other, ready, says.none, at => ready.then(records => show(records, chosen[0], at)));
  single.addEventListener("click", () => ready.then(records => show(records, chosen[0])));
}
})();
