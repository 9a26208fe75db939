// tail.js - follows logs. Nothing that a log contains is markup, moves the cursor or turns the text.
import { address, byId, connected, make, tame } from "./common.js";

const LINES_MAX = 5000;
const CHARS_MAX = 4 * 1024 * 1024;
const LINE_MAX = 10000;         // characters of a line that are shown
const RETRY_MS = 2000;

const log = byId("log");
const { name, channel, size: fileSize } = document.body.dataset;
const isPart = new URLSearchParams(location.search).has("end");   // an older one, which stands still

// --- text that others have written ---

const ESCAPE = /\x1b(?:\[([0-9;:]*)([ -\/]*[@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -\/]*[0-~])/;
const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

function colour256(n) {
  if (n >= 232) {
    const grey = 8 + (n - 232) * 10;
    return `rgb(${grey},${grey},${grey})`;
  }
  const level = (i) => i ? 55 + i * 40 : 0;
  const i = n - 16;
  return `rgb(${level(Math.floor(i / 36))},${level(Math.floor(i / 6) % 6)},${level(i % 6)})`;
}

// The rest of the codes behind 38 or 48: [colour, how many they are].
function extended(codes, i) {
  if (codes[i + 1] === 5) {
    const n = codes[i + 2];
    return [n < 16 ? { index: n } : { css: colour256(n) }, 2];
  }
  if (codes[i + 1] === 2) {
    const rgb = codes.slice(i + 2, i + 5).map((c) => Math.min(255, c || 0));
    return [{ css: `rgb(${rgb.join(",")})` }, 4];
  }
  return [null, 0];
}

// What ESC [ ... m says about the text that follows.
function restyle(style, parameters) {
  const codes = parameters.split(/[;:]/).map(Number);
  for (let i = 0; i < codes.length; i++) {
    const c = codes[i];
    if (c === 0) {
      for (const key of Object.keys(style)) {
        delete style[key];
      }
    } else if (c === 1 || c === 3 || c === 4 || c === 7) {
      style[{ 1: "bold", 3: "italic", 4: "underline", 7: "inverse" }[c]] = true;
    } else if (c === 22 || c === 23 || c === 24 || c === 27) {
      delete style[{ 22: "bold", 23: "italic", 24: "underline", 27: "inverse" }[c]];
    } else if (c === 38 || c === 48) {
      const [colour, n] = extended(codes, i);
      style[c === 38 ? "fore" : "back"] = colour;
      i += n;
    } else if (c === 39 || c === 49) {
      delete style[c === 39 ? "fore" : "back"];
    } else {
      const base = c >= 90 ? 8 : 0;
      const i8 = c % 10;
      const tens = Math.floor(c / 10) - (base ? 6 : 0);
      if (i8 < 8 && (tens === 3 || tens === 4)) {
        style[tens === 3 ? "fore" : "back"] = { index: base + i8 };
      }
    }
  }
}

function styled(text, style) {
  if (Object.keys(style).length === 0) {
    return text;
  }
  const span = make("span", {}, text);
  for (const key of ["bold", "italic", "underline", "inverse"]) {
    if (style[key]) {
      span.classList.add(`t-${key}`);
    }
  }
  for (const [key, what] of [["fore", "color"], ["back", "backgroundColor"]]) {
    const colour = style[key];
    if (colour && colour.css) {
      span.style[what] = colour.css;
    } else if (colour) {
      span.classList.add(`${key === "fore" ? "f" : "b"}-${COLOURS[colour.index % 8]}`);
      if (colour.index >= 8) {
        span.classList.add("bright");
      }
    }
  }
  return span;
}

function appendText(parent, text, style) {
  let rest = text;
  for (let match = ESCAPE.exec(rest); match; match = ESCAPE.exec(rest)) {
    if (match.index > 0) {
      parent.append(styled(tame(rest.slice(0, match.index)), style));
    }
    if (match[2] === "m") {
      restyle(style, match[1]);
    }
    rest = rest.slice(match.index + match[0].length);
  }
  if (rest) {
    parent.append(styled(tame(rest), style));
  }
}

// --- lines ---

let files = [];
let labelled = false;
let chars = 0;
let queue = [];
let dropped = 0;
let planned = 0;
let paused = false;

class File {
  constructor(info) {
    this.label = info.label + (channel === "both" ? ` ${info.channel}` : "");
    this.hue = [...this.label].reduce((h, c) => (h * 31 + c.codePointAt(0)) % 8, 7);
    this.style = {};
    this.text = "";             // of a line that is not complete
    this.more = 0;              // characters of it that are not kept
  }

  take(text) {
    const lines = text.split("\n");
    lines.forEach((part, i) => {
      const room = LINE_MAX - this.text.length;
      this.text += part.slice(0, room);
      this.more += Math.max(0, part.length - Math.max(0, room));
      if (i < lines.length - 1) {
        put(this, this.text, this.more);
        this.text = "";
        this.more = 0;
      }
    });
  }
}

function lineOf(file, text, more, isNote) {
  const line = make("span", { class: isNote ? "line note" : "line" });
  if (labelled && file) {
    line.append(make("span", { class: `label hue-${file.hue}` }, make("bdi", {}, tame(file.label))), " ");
  }
  const body = make("bdi", {});
  appendText(body, text.endsWith("\r") ? text.slice(0, -1) : text, file ? file.style : {});
  line.append(body);
  if (more > 0) {
    line.append(make("span", { class: "more" }, ` … ${more} more`));
  }
  line.append("\n");
  line.chars = text.length;
  return line;
}

function put(file, text, more, isNote) {
  queue.push([file, text, more, isNote]);
  if (queue.length > LINES_MAX) {
    queue.shift();
    dropped++;
  }
  if (!paused && !planned) {
    planned = setTimeout(flush, 40);
  }
  showPaused();
}

const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 30;

function flush() {
  planned = 0;
  if (paused) {
    return;
  }
  const follow = isAtEnd();
  const batch = document.createDocumentFragment();
  if (dropped) {
    batch.append(lineOf(null, `${dropped} lines are not shown`, 0, true));
    dropped = 0;
  }
  for (const [file, text, more, isNote] of queue) {
    const line = lineOf(file, text, more, isNote);
    chars += line.chars;
    batch.append(line);
  }
  queue = [];
  log.append(batch);
  while (log.childElementCount > LINES_MAX || chars > CHARS_MAX) {
    chars -= log.firstElementChild.chars;
    log.firstElementChild.remove();
  }
  if (follow) {
    log.scrollTop = log.scrollHeight;
  }
  find(false);
}

// --- the connection ---

let source = null;

function begin(infos) {
  files = infos.map((info) => new File(info));
  labelled = files.length > 1;
  log.replaceChildren();
  chars = 0;
  queue = [];
}

function connect() {
  if (source) {
    source.close();
    source = null;
  }
  if (document.hidden) {
    return;
  }
  const query = new URLSearchParams({ processname: name, channel, lines: "500" });
  source = new EventSource(address(`web/follow?${query}`));
  source.addEventListener("files", (event) => {
    connected(true);
    begin(JSON.parse(event.data));
  });
  source.addEventListener("text", (event) => {
    const { f, t } = JSON.parse(event.data);
    files[f].take(t);
  });
  source.addEventListener("cut", (event) => {
    put(files[JSON.parse(event.data).f], "the file was truncated", 0, true);
  });
  source.onerror = () => {
    source.close();
    source = null;
    connected(false);
    setTimeout(connect, RETRY_MS);
  };
}

// --- search ---

const search = make("input", { type: "search", placeholder: "search", "aria-label": "search the log",
  autocomplete: "off", spellcheck: "false" });
const found = make("span", { role: "status" });
let hits = [];
let hit = -1;

// The words themselves are painted where the browser can do that without touching the lines.
function paint(wanted) {
  if (!globalThis.Highlight || !CSS.highlights) {
    return;
  }
  const ranges = [];
  for (const line of wanted ? hits : []) {
    const walk = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const text = node.data.toLowerCase();
      for (let i = text.indexOf(wanted); i >= 0; i = text.indexOf(wanted, i + wanted.length)) {
        const range = new Range();
        range.setStart(node, i);
        range.setEnd(node, Math.min(node.data.length, i + wanted.length));
        ranges.push(range);
      }
    }
  }
  CSS.highlights.set("found", new Highlight(...ranges));
}

function find(jump) {
  const wanted = search.value.toLowerCase();
  const before = hits[hit];
  for (const line of hits) {
    line.classList.remove("hit", "current");
  }
  hits = wanted ? [...log.children].filter((l) => l.textContent.toLowerCase().includes(wanted)) : [];
  hit = hits.indexOf(before);
  for (const line of hits) {
    line.classList.add("hit");
  }
  if (hit >= 0) {
    before.classList.add("current");
  }
  paint(wanted);
  found.textContent = wanted ? `${hits.length} lines` : "";
  if (jump) {
    go(-1);
  }
}

function go(by) {
  if (hits.length === 0) {
    return;
  }
  if (hits[hit]) {
    hits[hit].classList.remove("current");
  }
  hit = hit < 0 ? hits.length - 1 : (hit + by + hits.length) % hits.length;
  hits[hit].classList.add("current");
  hits[hit].scrollIntoView({ block: "center" });
}

search.addEventListener("input", () => find(true));
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter") {
    go(event.shiftKey ? 1 : -1);
  } else if (event.key === "Escape") {
    search.value = "";
    find(false);
  }
});

// --- tools ---

function button(text, act, label) {
  const b = make("button", { type: "button" }, text);
  if (label) {
    b.setAttribute("aria-label", label);
  }
  b.addEventListener("click", () => act(b));
  return b;
}

const pause = button("pause", () => {
  paused = !paused;
  showPaused();
  flush();
});

function showPaused() {
  const text = !paused ? "pause" : queue.length ? `go on (${queue.length} lines wait)` : "go on";
  if (pause.textContent !== text) {
    pause.textContent = text;
  }
}

const wrap = button("wrap", (b) => {
  b.setAttribute("aria-pressed", String(log.classList.toggle("wrap")));
});

function partLink(end) {
  const query = new URLSearchParams({ processname: name, channel, limit: "65536", end: String(end) });
  return `tail.html?${query}`;
}

// Where in a large file to look: by parts of a hundred.
function jumper() {
  const place = make("input", { type: "number", min: "0", max: "100", value: "50", class: "percent",
    "aria-label": "percent of the file" });
  return [" ", place, "% ", button("jump", () => {
    location.href = partLink(Math.max(65536, Math.round(Number(fileSize) * place.value / 100)));
  })];
}

const tools = byId("tools");
tools.append(search, " ", button("↑", () => go(-1), "previous that was found"), " ",
  button("↓", () => go(1), "next that was found"), " ", found, " ", wrap);
if (Number(fileSize) > 65536) {
  tools.append(...jumper());
}

if (isPart) {
  tools.append(" ", make("a", { href: `tail.html?${new URLSearchParams({ processname: name, channel,
    limit: "65536" })}` }, "follow"));
  const text = log.textContent;
  const file = new File({ label: name });
  log.replaceChildren();
  file.take(text.endsWith("\n") ? text : `${text}\n`);
  flush();
} else {
  tools.append(" ", pause, " ", button("end", () => {
    log.scrollTop = log.scrollHeight;
  }));
  for (const link of document.querySelectorAll(".parts a")) {
    link.href = partLink(fileSize);
  }
  document.addEventListener("visibilitychange", connect);
  connect();
}
tools.hidden = false;
