/* What if the weights were others: the weighted score and its order, reckoned as score.score_of does. */
(() => {
"use strict";
const ROWS = 20;
const MOST = 100; // a slider goes at least so far
const HAIR = 1e-9;
const tenth = writer(1), percent = writer(1, { style: "percent" });
const level = value => Math.round(value * 1e9);

/* Weights of the criteria that sum to 1, as Policy.weights has them. */
function shares(platforms, criteria) {
  const whole = Object.fromEntries(platforms.map(({ name, weight, rest }) => [name, { weight, sum: rest }]));
  for (const { platform, weight } of criteria) whole[platform].sum += weight;
  const agreed = criteria.map(({ platform, weight }) =>
    whole[platform].weight * weight / (whole[platform].sum || 1));
  const total = agreed.reduce((sum, weight) => sum + weight, 0);
  return agreed.map(weight => weight / (total || 1));
}

/* Everyone's score under the weights, the best first, the unranked last; `records` stand by id. */
function ordered(records, weights, observedMin) {
  const rows = records.codes.map((_, at) => {
    let observed = 0, sum = 0;
    weights.forEach((weight, place) => {
      const points = records.points[place][at];
      if (points === null) return;
      observed += weight;
      sum += weight * points;
    });
    const net = observed > 0 ? sum / observed - records.deductions[at] : -Infinity;
    return { at, net, observed, isRanked: observed > 0 && observed >= observedMin - HAIR };
  });
  rows.sort((a, b) => b.isRanked - a.isRanked || records.vetoed[a.at] - records.vetoed[b.at]
    || (level(b.net) - level(a.net) || 0) || records.deductions[a.at] - records.deductions[b.at]
    || level(b.observed) - level(a.observed) || a.at - b.at);
  return rows.map((row, place) => ({ ...row, rank: row.isRanked ? place + 1 : null }));
}

for (const block of document.querySelectorAll(".weights")) {
  const [words, packed] = [...block.querySelectorAll("script")];
  const { platforms, criteria, observed_min: observedMin, says, absent } = JSON.parse(words.textContent);
  const ready = unpacked(packed).then(JSON.parse);
  const levers = block.querySelector(".levers"), state = block.querySelector(".state");
  const reset = block.querySelector(".reset"), more = block.querySelector(".rows"), body = block.querySelector("tbody");
  const agreed = [...platforms, ...criteria].map(({ weight }) => weight);
  const parts = [...platforms, ...criteria];
  let all = false;

  const sliders = parts.map((part, place) => {
    const id = `${block.id}-${part.name}`;
    const input = element("input", { type: "range", id, min: 0, max: Math.max(MOST, part.weight), step: 1 });
    const output = element("output", { for: id });
    input.addEventListener("input", () => { part.weight = Number(input.value); ready.then(show); });
    return { input, output, row: element("div", { class: place < platforms.length ? "whole" : "part" },
      element("label", { for: id }, part.label), input, output) };
  });
  levers.append(...platforms.map(({ name }, at) => element("div", { role: "group", "aria-label": platforms[at].label },
    sliders[at].row,
    ...criteria.flatMap(({ platform }, place) => platform === name ? [sliders[platforms.length + place].row] : []))));

  const show = records => {
    const weights = shares(platforms, criteria);
    sliders.forEach(({ input, output }, at) => {
      const { name, weight } = parts[at];
      const own = at < platforms.length
        ? weights.reduce((sum, share, place) => sum + (criteria[place].platform === name ? share : 0), 0)
        : weights[at - platforms.length];
      input.value = weight;
      output.replaceChildren(percent(own));
      input.setAttribute("aria-valuetext", `${weight} · ${percent(own)}`);
    });
    const isAgreed = parts.every(({ weight }, at) => weight === agreed[at]);
    const rows = ordered(records, weights, observedMin);
    const moved = rows.filter(({ at, rank }) => rank !== records.ranks[at]).length;
    const isNothing = !weights.some(Boolean);
    state.textContent = isNothing ? says.nothing : isAgreed ? says.agreed
      : moved ? filled(says.moved, { moved, n: rows.length }) : says.same;
    block.classList.toggle("changed", !isAgreed);
    reset.disabled = isAgreed;
    more.hidden = rows.length <= ROWS;
    more.textContent = all ? says.fewer : filled(says.all, { n: rows.length.toLocaleString(document.documentElement.lang) });
    body.replaceChildren(...(all ? rows : rows.slice(0, ROWS)).map(row => line(records, row)));
  };

  const line = (records, { at, rank, net }) => {
    const official = records.ranks[at], won = rank && official ? official - rank : 0;
    const move = won ? [element("span", { class: won > 0 ? "up" : "down" }, `${won > 0 ? "▲" : "▼"}${Math.abs(won)}`)] : [];
    return element("tr", {},
      element("td", {}, rank ? `${rank}` : says.unranked, " ", ...move),
      element("td", {}, records.names[at]),
      element("td", {}, rank ? tenth(Math.max(net, 0)) : absent, records.vetoed[at] ? ` · ${says.veto}` : ""),
      element("td", {}, official ? `${official}` : says.unranked),
      element("td", {}, records.scores[at] ?? absent));
  };

  reset.addEventListener("click", () => {
    parts.forEach((part, at) => { part.weight = agreed[at]; });
    ready.then(show);
  });
  more.addEventListener("click", () => { all = !all; ready.then(show); });
  ready.then(show).catch(console.error);
}
})();
