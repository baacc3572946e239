/* What the checks of accessibility.py look at inside a page; each returns sentences or plain data. */
({
  name(element) {
    const classes = [...element.classList].slice(0, 2).map(word => `.${word}`).join("");
    const text = (element.textContent || "").trim().replace(/\s+/g, " ").slice(0, 30);
    const exhibit = element.closest(".exhibit[id]");
    return `${exhibit && exhibit !== element ? `#${exhibit.id} ` : ""}${element.tagName.toLowerCase()}`
      + `${element.id ? `#${element.id}` : classes}${text ? ` "${text}"` : ""}`;
  },

  seen(element) {
    return element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  },

  /* One h1, a title, a viewport that can be enlarged, ids that are unique, figures with words. */
  structure(language) {
    const faults = [], root = document.documentElement;
    const said = selector => (document.querySelector(selector)?.content || "");
    if (root.lang !== language) faults.push(`language: html is "${root.lang}", not "${language}"`);
    if (!document.title.trim()) faults.push("title: the page has none");
    if (!said("meta[name=viewport]").includes("width=device-width")) faults.push("viewport: none for phones");
    const heads = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(this.seen);
    const first = heads.filter(head => head.tagName === "H1").length;
    if (first !== 1) faults.push(`headings: ${first} of level 1`);
    let level = 0;
    for (const head of heads) {
      const own = Number(head.tagName[1]);
      if (own > level + 1) faults.push(`headings: level ${own} after level ${level}: ${this.name(head)}`);
      level = own;
    }
    const ids = new Set();
    for (const { id } of document.querySelectorAll("[id]")) {
      if (ids.has(id)) faults.push(`ids: "${id}" stands twice`);
      ids.add(id);
    }
    for (const figure of document.querySelectorAll("figure")) {
      if (!figure.querySelector("figcaption")?.textContent.trim()) faults.push(`figures: no caption: ${this.name(figure)}`);
    }
    for (const plot of document.querySelectorAll(".plot, .radar")) {
      const shown = plot.matches("[role=img]") ? plot : plot.querySelector("[role=img]");
      if (!shown?.getAttribute("aria-label")?.trim()) faults.push(`figures: no words for ${this.name(plot)}`);
    }
    return faults;
  },

  /* Every piece of text that is shown: where, how large, in which colour. */
  texts() {
    const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    // What an element takes from those around it: how opaque it is, and the edges that cut it off.
    const known = new Map([[document.documentElement, { share: 1, left: 0, top: 0, right: Infinity, bottom: Infinity }]]);
    const frame = element => {
      if (!known.has(element)) {
        const around = frame(element.parentElement), style = getComputedStyle(element);
        const share = around.share * Number(style.opacity);
        const cuts = style.overflow !== "visible" && element !== document.body && !(element instanceof SVGElement);
        const edge = element.getBoundingClientRect();
        known.set(element, !cuts ? { ...around, share } : {
          share, left: Math.max(around.left, edge.left + scrollX), top: Math.max(around.top, edge.top + scrollY),
          right: Math.min(around.right, edge.right + scrollX), bottom: Math.min(around.bottom, edge.bottom + scrollY),
        });
      }
      return known.get(element);
    };
    const add = (element, box, style, color, share = 1) => {
      const around = frame(element);
      const left = Math.max(around.left, box.left + scrollX), right = Math.min(around.right, box.right + scrollX);
      const top = Math.max(around.top, box.top + scrollY), bottom = Math.min(around.bottom, box.bottom + scrollY);
      if (right - left < 2 || bottom - top < 2) return;
      const size = parseFloat(style.fontSize), isBold = Number(style.fontWeight) >= 700;
      found.push({
        name: this.name(element), color, opacity: around.share * share, left, top, right, bottom,
        isLarge: size >= 24 || (isBold && size >= 18.66),
      });
    };
    while (walker.nextNode()) {
      const node = walker.currentNode, element = node.parentElement;
      if (!/\S/.test(node.data) || !this.seen(element) || element.closest(":disabled, noscript, script, style, option")) continue;
      const style = getComputedStyle(element);
      if (element instanceof SVGElement) {
        if (!element.closest("text") || style.fill === "none") continue;
        add(element, element.getBoundingClientRect(), style, style.fill, Number(style.fillOpacity));
        continue;
      }
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) add(element, box, style, style.color);
    }
    for (const input of document.querySelectorAll("input[placeholder]")) {
      if (this.seen(input)) add(input, input.getBoundingClientRect(), getComputedStyle(input), getComputedStyle(input, "::placeholder").color);
    }
    return found;
  },

  /* The texts whose colour does not stand out enough from what is drawn behind them. */
  async contrast(texts, strips) {
    const bitmaps = [];
    for (const { top, png } of strips) {
      const bytes = Uint8Array.from(atob(png), letter => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(bitmap, 0, 0);
      bitmaps.push({ top, width: bitmap.width, height: bitmap.height, pixels: context.getImageData(0, 0, bitmap.width, bitmap.height).data });
    }
    const pixel = (x, y) => {
      const strip = bitmaps.find(({ top, height }) => y >= top && y < top + height);
      if (!strip || x < 0 || x >= strip.width) return null;
      const at = (Math.floor(y - strip.top) * strip.width + Math.floor(x)) * 4;
      return [...strip.pixels.slice(at, at + 3)];
    };
    const light = rgb => {
      const [r, g, b] = rgb.map(part => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ratio = (one, other) => {
      const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
      return (high + 0.05) / (low + 0.05);
    };
    const faults = new Map();
    for (const text of texts) {
      const [r, g, b, alpha = 1] = text.color.match(/[\d.]+/g).map(Number);
      const cover = alpha * text.opacity;
      const ratios = [];
      for (let row = 0.5; row < 5; row++) {
        for (let column = 0.5; column < 12; column++) {
          const behind = pixel(text.left + (text.right - text.left) * column / 12, text.top + (text.bottom - text.top) * row / 5);
          if (behind) ratios.push(ratio([r, g, b].map((part, at) => part * cover + behind[at] * (1 - cover)), behind));
        }
      }
      if (!ratios.length) continue;
      // A grid line through a word does not hide it; a bar under a third of it does.
      const held = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 4)];
      if (held < (text.isLarge ? 3 : 4.5)) faults.set(text.name, `contrast: ${held.toFixed(2)} of ${text.name}`);
    }
    return [...faults.values()];
  },

  /* What a reader without a mouse must be able to reach, and from now on what was reached. */
  watch() {
    const shown = element => this.seen(element) && !element.closest("[inert]");
    const wanted = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [role=button], [tabindex]")]
      .filter(element => shown(element) && !element.disabled && element.getAttribute("tabindex") !== "-1"
        && !(element.type === "radio" && !element.checked && document.querySelector(`input[name="${element.name}"]:checked`)));
    const reached = new Set(), dim = new Set();
    const drawn = element => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 1) || boxShadow !== "none";
    };
    const visible = element => {
      for (let at = element; at; at = at.parentElement) if (Number(getComputedStyle(at).opacity) < 0.5) return false;
      return this.seen(element);
    };
    addEventListener("focusin", ({ target }) => {
      if (reached.has(target)) return;
      reached.add(target);
      const marks = [target, ...document.querySelectorAll(target.name ? `input[name="${target.name}"]` : "no")]
        .flatMap(element => [element, ...(element.labels || [])]);
      if (!marks.some(mark => visible(mark) && drawn(mark))) dim.add(target);
    });
    const still = document.createElement("style"); // what fades in is asked for its end
    still.textContent = "* { transition: none !important }";
    document.head.append(still);
    this.walk = { wanted, reached, dim };
    return wanted.length;
  },

  walked() {
    const { wanted, reached, dim } = this.walk;
    return [
      ...wanted.filter(element => !reached.has(element)).map(element => `keyboard: never reached ${this.name(element)}`),
      ...[...dim].map(element => `keyboard: focus is not seen on ${this.name(element)}`),
    ];
  },

  /* Asked while the page is laid out for paper of `width` pixels. */
  paper(width) {
    const faults = [], body = document.body;
    for (const element of body.querySelectorAll("*")) {
      if (!this.seen(element) || element.closest("svg")) continue;
      const box = element.getBoundingClientRect();
      if (box.width && box.right > width + 1) faults.push(`paper: ${Math.round(box.right)} of ${width} px wide: ${this.name(element)}`);
      const style = getComputedStyle(element);
      const isCut = style.overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1;
      if (isCut && !element.closest(".plot")) faults.push(`paper: cut at its edge: ${this.name(element)}`);
    }
    for (const plot of body.querySelectorAll(".plot")) {
      const picture = plot.querySelector("svg.main-svg");
      if (!this.seen(plot) || !picture || picture.getBoundingClientRect().width < 100) faults.push(`paper: no figure in ${this.name(plot)}`);
    }
    for (const closed of body.querySelectorAll("details:not([open])")) faults.push(`paper: folded: ${this.name(closed)}`);
    for (const table of body.querySelectorAll(".table")) {
      const rows = [...table.querySelectorAll("tbody tr")], heads = [...table.querySelectorAll("thead th")];
      for (const [parts, word, said] of [[rows, "rows", ".lines"], [heads, "columns", ".narrow"]]) {
        const note = [...table.querySelectorAll(`.unprinted${said}`)].some(this.seen);
        if (parts.some(part => !this.seen(part)) && !note) faults.push(`paper: ${word} left out and not said: #${table.id}`);
      }
    }
    return faults;
  },
})
