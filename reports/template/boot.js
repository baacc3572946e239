document.documentElement.classList.add("js");

/* The text of an element that carries it as gzip: its size, then letters, two of which are 13 bits.
   The letters are those of ASCII from ! to ~ without &, < and \. */
async function unpacked(element) {
  const [size, letters] = element.textContent.trim().split(" ");
  const digit = place => {
    const code = letters.charCodeAt(place);
    return code - 33 - (code > 38) - (code > 60) - (code > 92);
  };
  const bytes = new Uint8Array(+size);
  let held = 0, bits = 0, filled = 0;
  for (let place = 0; filled < bytes.length; place += 2) {
    held = (held << 13) | (digit(place) * 91 + digit(place + 1));
    for (bits += 13; bits >= 8 && filled < bytes.length;) bytes[filled++] = held >> (bits -= 8);
    held &= (1 << bits) - 1;
  }
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}
