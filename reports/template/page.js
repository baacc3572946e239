(() => {
"use strict";
const root = document.documentElement;
const words = JSON.parse(document.getElementById("words").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
const PAPER_WIDTH = 680; // A4 less its margins, in CSS pixels
let printing = false;

/* --- figures: drawn when they come into view, all of them before print ----------------------- */
const plots = [...document.querySelectorAll(".plot")];
const drawn = new Map(); // plot -> promise of its first drawing

let library;
let drawings; // what each figure shows, by its element's id
function plotly() {
  library = library || unpack();
  return library;
}

async function unpack() {
  drawings = JSON.parse(await unpacked(document.getElementById("drawings")));
  const script = document.createElement("script");
  script.textContent = await unpacked(document.getElementById("plotly")); // its hash is in the policy
  document.head.append(script);
  script.remove(); // it has run; a page saved from the browser should not carry it twice
  const months = Array.from({ length: 12 }, (_, month) => `${month + 1}月`);
  const days = [..."日一二三四五六"];
  Plotly.register({
    moduleType: "locale",
    name: "zh-CN",
    dictionary: { "Download plot as a PNG": "下载为 PNG 图片", "Download plot as a png": "下载为 PNG 图片" },
    format: {
      days: days.map(day => `星期${day}`), shortDays: days.map(day => `周${day}`),
      months, shortMonths: months, date: "%Y-%m-%d", year: "%Y年", month: "%Y年%b",
      dayMonth: "%b%-d日", dayMonthYear: "%Y年%b%-d日",
    },
  });
  return Plotly;
}

function look() {
  const style = getComputedStyle(root);
  const [ink, muted, hair, rule, paper, sans] = ["ink", "muted", "hair", "rule", "paper", "sans"]
    .map(name => style.getPropertyValue(`--${name}`).trim());
  const axis = {
    gridcolor: hair, linecolor: rule, zerolinecolor: rule, tickcolor: rule,
    tickfont: { color: muted }, title: { font: { color: muted, size: 12 } },
  };
  return {
    layout: {
      font: { family: sans, size: 12, color: ink }, xaxis: axis, yaxis: { ...axis, ticklabelstandoff: 6 },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      hoverlabel: { bgcolor: paper, bordercolor: rule, font: { family: sans, size: 13, color: ink } },
      legend: { font: { color: ink } },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: rule, activecolor: muted },
      // A finger that draws a zoom box cannot scroll past the figure.
      dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
    },
    // Black stands out from every colour of the theme, ink from every shade of a heat map.
    data: { bar: [{ insidetextfont: { color: "#000" } }], heatmap: [{ textfont: { color: ink } }] },
  };
}

function draw(plot) {
  if (!drawn.has(plot)) {
    // With the library at hand drawing must not wait, for print does not wait either.
    const start = new Promise(done => done(window.Plotly ? drawNow(plot) : plotly().then(() => drawNow(plot))));
    start.catch(error => fail(plot, error));
    drawn.set(plot, start);
  }
  return drawn.get(plot);
}

function drawNow(plot) {
  const { data, layout, frames } = drawings[plot.parentElement.id];
  const size = printing ? { width: PAPER_WIDTH } : { autosize: true };
  const settings = { height: plot.clientHeight || parseInt(plot.style.height, 10), template: look() };
  const config = {
    locale: root.lang, displaylogo: false, displayModeBar: "hover",
    modeBarButtons: [["toImage"]], showTips: false,
  };
  const done = Plotly.newPlot(plot, { data, layout: { ...layout, ...settings, ...size }, config, frames });
  resized.observe(plot);
  return done.then(() => describe(plot));
}

/* The picture itself bears the words, for the button beside it is no part of an image. */
function describe(plot) {
  const [picture, ...layers] = plot.querySelectorAll("svg.main-svg");
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", plot.getAttribute("aria-label"));
  layers.forEach(layer => layer.setAttribute("aria-hidden", "true"));
  plot.setAttribute("role", "group");
}

function fail(plot, error) {
  plot.classList.add("failed");
  plot.firstElementChild.prepend(`${words.failed} `);
  console.error(error);
}

const resized = new ResizeObserver(entries => {
  for (const { target, contentRect } of entries) {
    if (!printing && contentRect.width && target._fullLayout
        && Math.abs(target._fullLayout.width - contentRect.width) > 1) Plotly.Plots.resize(target);
  }
});

function restyle(size) {
  const template = look();
  for (const plot of plots) {
    if (plot._fullLayout) Plotly.relayout(plot, { template, ...size });
  }
}

if (plots.length) {
  const seen = new IntersectionObserver(entries => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) {
        seen.unobserve(target);
        draw(target);
      }
    }
  }, { rootMargin: "300px 0px" });
  plots.forEach(plot => seen.observe(plot));
  // Unpacked right after the first paint, so that printing and scrolling find it ready.
  requestAnimationFrame(() => setTimeout(() => plotly().catch(() => {})));
}

/* --- light and dark ---------------------------------------------------------------------------- */
document.getElementById("theme").addEventListener("click", () => {
  const now = root.dataset.theme || (dark.matches ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
  restyle({});
});
dark.addEventListener("change", () => restyle({}));

/* --- print ------------------------------------------------------------------------------------- */
let before; // what the screen looked like
function toPaper() {
  if (printing || root.classList.contains("only-card")) return;
  printing = true;
  const closed = [...document.querySelectorAll("details:not([open])")];
  before = { theme: root.dataset.theme, closed };
  closed.forEach(details => { details.open = true; });
  root.dataset.theme = "light";
  restyle({ width: PAPER_WIDTH });
  plots.forEach(draw);
}
function toScreen() {
  if (!printing) return;
  printing = false;
  before.closed.forEach(details => { details.open = false; });
  if (before.theme) root.dataset.theme = before.theme;
  else delete root.dataset.theme;
  restyle({ width: null, autosize: true });
}
addEventListener("beforeprint", toPaper);
addEventListener("afterprint", toScreen);
matchMedia("print").addEventListener("change", event => (event.matches ? toPaper() : toScreen()));
document.getElementById("print").addEventListener("click", async () => {
  if (plots.length) await plotly().catch(() => {});
  print();
});

/* --- tables ------------------------------------------------------------------------------------ */
const collator = new Intl.Collator(root.lang, { numeric: true });
const ROWS = 20;
const PHONE = 560; // pixels, as in the style of narrow tables

const fits = [];

for (const table of document.querySelectorAll(".table")) {
  const body = table.querySelector("tbody");
  const scroll = table.querySelector(".scroll");
  const filter = table.querySelector(".filter");
  const more = table.querySelector(".rows");
  const unprinted = table.querySelector(".unprinted.lines");
  const matches = table.querySelector(".matches");
  const rows = [...body.rows];
  let order = rows, all = false;

  const show = () => {
    const wanted = filter ? filter.value.trim().toLowerCase() : "";
    let found = 0;
    for (const row of order) {
      const hit = !wanted || row.textContent.toLowerCase().includes(wanted);
      found += hit;
      row.hidden = !hit || (!all && found > ROWS);
    }
    body.classList.remove("first");
    scroll.classList.toggle("long", all);
    matches.textContent = wanted ? fill(words.matches, { shown: found, n: rows.length }) : "";
    if (more) {
      more.hidden = found <= ROWS;
      more.textContent = all ? words.fewer : fill(words.rows, { n: found.toLocaleString(root.lang) });
      unprinted.hidden = all || more.hidden;
    }
  };
  body.classList.add("first"); // style hides the rest before anything is measured
  if (filter) filter.addEventListener("input", show);
  if (more) more.addEventListener("click", () => { all = !all; show(); });
  const columns = table.querySelector(".columns");
  columns.addEventListener("click", () => {
    const wide = table.classList.toggle("wide");
    columns.setAttribute("aria-pressed", wide);
    columns.textContent = wide ? words.narrow : words.columns;
  });

  const heads = [...table.querySelectorAll("thead th")];
  const fit = () => { // on a phone the last columns that stand out go where those of less weight are
    table.classList.remove("spared");
    for (const cell of table.querySelectorAll(".spare")) cell.classList.remove("spare");
    if (!table.clientWidth || table.clientWidth > PHONE || table.classList.contains("wide")) return;
    const shown = heads.filter(head => head.offsetWidth);
    while (shown.length > 2 && scroll.scrollWidth > scroll.clientWidth) {
      const index = heads.indexOf(shown.pop());
      for (const row of [heads[0].parentElement, ...rows]) row.cells[index].classList.add("spare");
      table.classList.add("spared");
    }
  };
  fits.push(fit);
  heads.forEach((head, index) => {
    // Not a button element: Chromium leaves those out of the heading that it repeats on each sheet.
    const button = document.createElement("span");
    button.tabIndex = 0;
    button.setAttribute("role", "button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("keydown", event => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      button.click();
    });
    button.addEventListener("click", () => {
      const steps = head.dataset.type === "number" ? ["descending", "ascending"] : ["ascending", "descending"];
      const next = { [steps[0]]: steps[1], [steps[1]]: null }[head.getAttribute("aria-sort")];
      const way = next === undefined ? steps[0] : next;
      heads.forEach(other => other.removeAttribute("aria-sort"));
      if (way) head.setAttribute("aria-sort", way);
      order = way ? sorted(rows, index, head.dataset.type, way === "ascending" ? 1 : -1) : rows;
      body.append(...order);
      show();
    });
  });
}

let fitted = 0; // a phone's bars come and go as it scrolls: only another width is a new size
const fitAll = () => {
  if (fitted === innerWidth) return;
  fitted = innerWidth;
  fits.forEach(fit => fit());
};
addEventListener("resize", fitAll);
document.fonts.ready.then(fitAll);

function sorted(rows, index, type, sign) {
  const numeric = type === "number" || type === "flag";
  const keyed = rows.map(row => {
    const cell = row.cells[index];
    const key = cell.dataset.v === undefined ? cell.textContent.trim() : cell.dataset.v;
    if (cell.className === "none" || key === "") return { row, key: null };
    return { row, key: numeric ? Number(key) : key };
  });
  const compare = numeric ? (a, b) => a - b : collator.compare;
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return (a.key === null) - (b.key === null); // missing last
    return sign * compare(a.key, b.key);
  });
  return keyed.map(({ row }) => row);
}

function fill(message, values) {
  return message.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/* --- contents ---------------------------------------------------------------------------------- */
const opener = document.querySelector(".contents button");
opener.addEventListener("click", () => {
  opener.setAttribute("aria-expanded", opener.getAttribute("aria-expanded") !== "true");
});
function openTarget() {
  const target = document.getElementById(location.hash.slice(1));
  if (target && target.matches("details")) target.open = true;
}
addEventListener("hashchange", openTarget);
openTarget();

/* `table-7=NAME` behind the # of the address: the row of that name, whatever hides it. */
function openRow() {
  const [id, text] = location.hash.slice(1).split("=");
  const table = text && document.getElementById(id);
  if (!table || !table.matches(".table")) return;
  const name = decodeURIComponent(text).trim();
  const row = [...table.querySelectorAll("tbody tr")]
    .find(({ cells }) => [...cells].some(cell => cell.textContent.trim() === name));
  if (!row) return;
  const fold = table.closest("details");
  if (fold) fold.open = true;
  const filter = table.querySelector(".filter");
  if (filter && filter.value) {
    filter.value = "";
    filter.dispatchEvent(new Event("input"));
  }
  if (!row.offsetHeight) table.querySelector("button.rows").click();
  document.querySelectorAll(".sought").forEach(other => other.classList.remove("sought"));
  row.classList.add("sought");
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "center" });
}
addEventListener("hashchange", openRow);
openRow();

const entries = new Map([...document.querySelectorAll(".contents a")]
  .map(link => [document.getElementById(link.hash.slice(1)), link]));
const inView = new Set();
const spy = new IntersectionObserver(changes => {
  for (const { target, isIntersecting } of changes) inView[isIntersecting ? "add" : "delete"](target);
  const here = [...entries.keys()].find(section => inView.has(section));
  for (const [section, link] of entries) link.classList.toggle("here", section === here);
}, { rootMargin: "0px 0px -60% 0px" });
entries.forEach((_, section) => spy.observe(section));
})();
