// page.js - keeps the rows that the server has made up to date, and acts without leaving the page.
// Of a thousand rows only those are touched of which something has changed.
import { address, byId, connected, make, moment, size, tame, uptime } from "./common.js";

const SAMPLES = 150;            // in a graph, one every two seconds
const SAMPLE_MS = 2000;
const SILENCE_MS = 8000;        // after which the connection counts as lost
const RETRY_MS = 2000;
const POLL_MS = 5000;

const form = byId("programs");
const table = form.querySelector("table");
const programs = new Map();     // by name
const inView = new Set();
let token = document.body.dataset.token;
let ahead = 0;                  // of the server's clock, in seconds
let daemonStart = 0;
let filter = { text: "", state: "" };

// --- rows ---

const template = (id) => byId(id).content.firstElementChild.cloneNode(true);
const fragment = (id) => byId(id).content.cloneNode(true);
const mayOperate = (p) => p.role === "operate" || p.role === "admin";
const now = () => Date.now() / 1000 + ahead;

function selector(name) {
  const select = fragment("t-select");
  const box = select.querySelector("input");
  box.value = name;
  box.setAttribute("aria-label", `select ${name}`);
  return select;
}

class Program {
  constructor(row) {
    this.row = row;
    this.name = row.dataset.name;
    this.view = { name: this.name };
    this.cells = {};
    this.texts = {};
    for (const cell of row.querySelectorAll("[data-f]")) {
      this.cells[cell.dataset.f] = cell;
    }
    this.samples = 0;
    this.at = 0;
    row.program = this;
    watcher.observe(row);
  }

  // What is as it was is not written again.
  write(field, text) {
    if (this.texts[field] === undefined) {
      this.texts[field] = this.cells[field].textContent;
    }
    if (this.texts[field] !== text) {
      this.texts[field] = text;
      this.cells[field].textContent = text;
    }
  }

  mark(key, value) {
    if (this.row.dataset[key] !== value) {
      this.row.dataset[key] = value;
    }
  }

  update(members) {
    const roleBefore = this.view.role;
    const p = Object.assign(this.view, members);
    this.write("state", p.state);
    this.write("health", p.well ? "" : "not well");
    this.mark("state", p.state);
    this.mark("well", String(p.well));
    this.write("restarts", p.restarts > 0 ? String(p.restarts) : "");
    const reason = tame(p.exit_reason);
    this.write("exit", !p.exit_at ? reason : `${reason}, ${moment(p.exit_at)}`);
    this.write("cpu", p.cpu === null ? "" : `${p.cpu.toFixed(1)}%`);
    this.write("memory", p.memory === null ? "" : size(p.memory));
    if (roleBefore !== p.role) {
      this.allow(mayOperate(p));
    }
    this.tick();
    this.show();
  }

  tick() {
    this.write("uptime", this.view.pid > 0 ? uptime(now() - this.view.start) : "");
  }

  // The server has made the buttons of those that were there.
  allow(may) {
    if (may === (this.cells.actions.childElementCount > 0)) {
      return;
    }
    if (!may) {
      this.cells.actions.replaceChildren();
      this.cells.select.replaceChildren();
      return;
    }
    const actions = fragment("t-actions");
    for (const button of actions.querySelectorAll("button")) {
      const verb = button.value.trim();
      button.value = `${verb} ${this.name}`;
      button.setAttribute("aria-label", button.getAttribute("aria-label") + this.name);
    }
    this.cells.actions.replaceChildren(actions);
    this.cells.select.replaceChildren(selector(this.name));
  }

  isWanted() {
    const p = this.view;
    return this.name.toLowerCase().includes(filter.text) &&
      (!filter.state || filter.state === p.state || (filter.state === "not well" && !p.well));
  }

  show() {
    const hide = !this.isWanted();
    if (this.row.hidden !== hide) {
      this.row.hidden = hide;
      dirtyGroups.add(this.row.parentNode);
    }
  }

  // --- the graph ---

  sample() {
    const { cpu, memory } = this.view;
    if (!this.cpu) {
      if (cpu === null || cpu === undefined) {
        return;
      }
      this.cpu = new Float32Array(SAMPLES);
      this.memory = new Float32Array(SAMPLES);
    }
    const before = (this.at + SAMPLES - 1) % SAMPLES;
    const c = cpu || 0;
    const m = memory || 0;
    // A graph that stays flat looks as it did.
    this.flat = this.samples > 0 && this.cpu[before] === Math.fround(c) &&
      this.memory[before] === Math.fround(m) ? (this.flat || 0) + 1 : 0;
    this.cpu[this.at] = c;
    this.memory[this.at] = m;
    this.at = (this.at + 1) % SAMPLES;
    this.samples = Math.min(this.samples + 1, SAMPLES);
  }

  points(ring, top) {
    const first = (this.at + SAMPLES - this.samples) % SAMPLES;
    let text = "";
    for (let i = 0; i < this.samples; i++) {
      const y = 22 - ring[(first + i) % SAMPLES] / top * 20;
      text += `${SAMPLES - this.samples + i},${y.toFixed(1)} `;
    }
    return text;
  }

  draw() {
    if (!this.cpu || this.samples < 2 || (this.lines && this.flat >= this.samples)) {
      return;
    }
    if (!this.lines) {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("viewBox", `0 0 ${SAMPLES} 24`);
      svg.setAttribute("preserveAspectRatio", "none");
      svg.setAttribute("role", "img");
      this.lines = ["memory", "cpu"].map((what) => {
        const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
        line.setAttribute("class", `g-${what}`);
        svg.append(line);
        return line;
      });
      this.cells.graph.replaceChildren(svg);
    }
    const most = Math.max(...this.cpu);
    this.lines[0].setAttribute("points", this.points(this.memory, Math.max(1, ...this.memory) * 1.1));
    this.lines[1].setAttribute("points", this.points(this.cpu, Math.max(10, most)));
    const label = `CPU of the last minutes, at most ${most.toFixed(1)}%`;
    if (this.label !== label) {
      this.label = label;
      this.lines[0].parentNode.setAttribute("aria-label", label);
    }
  }
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const program = entry.target.program;
    if (entry.isIntersecting) {
      inView.add(program);
      program.tick();
      program.draw();
    } else {
      inView.delete(program);
    }
  }
}, { rootMargin: "200px" });

// --- groups ---

const dirtyGroups = new Set();

// A group of one program with its name needs no head.
function isSingle(body) {
  const rows = body.querySelectorAll("tr.program");
  return rows.length === 1 && rows[0].dataset.name === `${body.dataset.group}:${body.dataset.group}`;
}

function showGroups() {
  for (const body of dirtyGroups) {
    const single = String(isSingle(body));
    if (body.dataset.single !== single) {
      body.dataset.single = single;
    }
    const none = !body.querySelector("tr.program:not([hidden])");
    if (body.hidden !== none) {
      body.hidden = none;
    }
  }
  dirtyGroups.clear();
}

// Before the first that comes later in the alphabet, as svd sorts.
function insertInOrder(parent, element, selector, key) {
  const later = [...parent.querySelectorAll(selector)].find((e) => key(e) > key(element));
  parent.insertBefore(element, later || null);
}

function groupOf(name) {
  let body = [...table.tBodies].find((b) => b.dataset.group === name);
  if (body) {
    return body;
  }
  body = template("t-group");
  body.dataset.group = name;
  body.querySelector("[data-f=group]").textContent = tame(name);
  body.querySelector("[data-f=log]").href =
    `tail.html?processname=${encodeURIComponent(name + ":*")}`;
  insertInOrder(table, body, "tbody", (b) => b.dataset.group);
  return body;
}

function allowGroup(body) {
  const rows = [...body.querySelectorAll("tr.program")];
  const may = rows.every((row) => mayOperate(row.program.view));
  const cell = body.querySelector("tr.group-head [data-f=actions]");
  if (may === (cell.childElementCount > 0)) {
    return;
  }
  const actions = may ? fragment("t-group-actions") : "";
  for (const button of may ? actions.querySelectorAll("button") : []) {
    const [verb] = button.value.split(" ");
    button.value = `${verb} ${body.dataset.group}:*`;
    button.setAttribute("aria-label", `${verb} all of ${body.dataset.group}`);
  }
  cell.replaceChildren(actions);
  body.querySelector("tr.group-head [data-f=select]").replaceChildren(
    may ? selector(`${body.dataset.group}:*`) : "");
}

function add(p) {
  const row = template("t-row");
  row.dataset.name = p.name;
  row.querySelector("[data-f=process]").textContent = tame(p.process);
  row.querySelector("[data-f=log]").href =
    `tail.html?processname=${encodeURIComponent(p.name)}&limit=65536`;
  const body = groupOf(p.group);
  insertInOrder(body, row, "tr.program", (r) => r.dataset.name);
  const program = new Program(row);
  programs.set(p.name, program);
  dirtyGroups.add(body);
  return program;
}

function remove(name) {
  const program = programs.get(name);
  if (!program) {
    return;
  }
  const body = program.row.parentNode;
  watcher.unobserve(program.row);
  inView.delete(program);
  programs.delete(name);
  program.row.remove();
  if (body.querySelector("tr.program")) {
    dirtyGroups.add(body);
  } else {
    body.remove();
  }
}

// --- what the server tells ---

function writeTo(selector, text) {
  for (const element of document.querySelectorAll(selector)) {
    if (element.textContent !== text) {
      element.textContent = text;
    }
  }
}

function takeTop(data) {
  ahead = data.now - Date.now() / 1000;
  if (data.daemon) {
    daemonStart = data.daemon.started_at;
    writeTo("[data-d=identifier]", data.daemon.identifier);
    writeTo("[data-d=version]", data.daemon.version);
    writeTo("[data-d=pid]", String(data.daemon.pid));
  }
  if (data.health) {
    const summary = byId("summary");
    writeTo("#summary", `${data.health.well} of ${data.health.total} well`);
    summary.dataset.well = String(data.health.healthy);
    const bad = data.health.total - data.health.well;
    document.title = `${bad > 0 ? `(${bad}) ` : ""}${
      document.querySelector("[data-d=identifier]").textContent}: programs`;
  }
}

function takeProcesses(list) {
  const groups = new Set();
  for (const p of list) {
    const program = programs.get(p.name) || (p.group !== undefined ? add(p) : null);
    if (program) {
      program.update(p);
      if (p.role !== undefined) {
        groups.add(program.row.parentNode);
      }
    }
  }
  groups.forEach(allowGroup);
  showGroups();
  countStates();
}

function takeAll(data) {
  token = data.token;
  form.elements.token.value = token;
  takeTop(data);
  const there = new Set(data.processes.map((p) => p.name));
  for (const name of [...programs.keys()]) {
    if (!there.has(name)) {
      remove(name);
    }
  }
  takeProcesses(data.processes);
}

function takeChange(data) {
  takeTop(data);
  for (const name of data.gone || []) {
    remove(name);
  }
  if (data.set || data.gone) {
    takeProcesses(data.set || []);
  }
}

// --- the connection ---

let source = null;
let heard = Date.now();
let failures = 0;
let retry = 0;

function hear(take) {
  return (event) => {
    heard = Date.now();
    failures = 0;
    connected(true);
    take(JSON.parse(event.data));
  };
}

function disconnect() {
  clearTimeout(retry);
  if (source) {
    source.close();
    source = null;
  }
}

async function poll() {
  try {
    const response = await fetch(address("web/state"), { cache: "no-store" });
    if (!response.ok) {
      throw new Error(response.statusText);
    }
    takeAll(await response.json());
    heard = Date.now();
    connected(true);
  } catch {
    connected(false);
  }
}

function connect() {
  disconnect();
  if (document.hidden) {
    return;
  }
  heard = Date.now();
  source = new EventSource(address("web/live"));
  source.addEventListener("all", hear(takeAll));
  source.addEventListener("change", hear(takeChange));
  source.onerror = () => {
    disconnect();
    connected(false);
    retry = setTimeout(tryAgain, RETRY_MS);
  };
}

// Something between us may not let streams through: then it is asked for the whole now and then.
function tryAgain() {
  failures++;
  if (failures > 3 && failures % 5) {
    poll();
    retry = setTimeout(tryAgain, POLL_MS);
  } else {
    connect();
  }
}

document.addEventListener("visibilitychange", connect);

setInterval(() => {
  if (source && Date.now() - heard > SILENCE_MS) {
    connected(false);
    connect();
  }
  for (const program of inView) {
    program.tick();
  }
  if (daemonStart) {
    writeTo("[data-d=uptime]", uptime(now() - daemonStart));
  }
}, 1000);

setInterval(() => {
  for (const program of programs.values()) {
    program.sample();
  }
  for (const program of inView) {
    program.draw();
  }
}, SAMPLE_MS);

// --- messages and questions ---

const messages = make("div", { id: "messages" });
form.before(messages);

function say(text, isFailure) {
  const close = make("button", { type: "button", "aria-label": "dismiss" }, "×");
  const message = make("p", { class: isFailure ? "notice failed" : "notice",
    role: isFailure ? "alert" : "status" }, make("bdi", {}, tame(text)), " ", close);
  close.addEventListener("click", () => message.remove());
  messages.append(message);
  while (messages.childElementCount > 5) {
    messages.firstElementChild.remove();
  }
  if (!isFailure) {
    setTimeout(() => message.remove(), 6000);
  }
}

function ask(question, names) {
  const list = make("ul", {}, ...names.slice(0, 10).map((n) => make("li", {}, make("bdi", {}, tame(n)))));
  if (names.length > 10) {
    list.append(make("li", {}, `and ${names.length - 10} more`));
  }
  const cancel = make("button", { value: "", autofocus: "" }, "cancel");
  const go = make("button", { value: "yes", class: "hurts" }, question);
  const heading = make("h2", { id: "question" }, `${question}?`);
  const dialog = make("dialog", { "aria-labelledby": "question" },
    make("form", { method: "dialog" }, heading, list, cancel, " ", go));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

// --- acting ---

const selected = () => [...form.querySelectorAll("tr.program:not([hidden]) input[name=p]:checked")]
  .map((box) => box.value);

async function post(fields) {
  const send = () => {
    fields.set("token", token);
    return fetch(address("web/act"), { method: "POST", body: fields,
      headers: { Accept: "application/json" } });
  };
  let response = await send();
  if (response.status === 403) {      // svd was started again since
    await poll();
    response = await send();
  }
  const answer = await response.json();
  return answer.results || [{ ok: false, name: "", text: answer.fault.text }];
}

async function act(verb, targets, isOne, signal) {
  const words = verb === "clear" ? "clear the logs" : verb === "signal" ? `send ${signal}` : verb;
  const names = targets.map((t) => t === "*" ? "all programs" : t);
  const hurts = !(isOne && (verb === "start" || verb === "restart"));
  if (hurts && !await ask(words, names)) {
    return;
  }
  const fields = new URLSearchParams({ confirm: "yes" });
  if (signal) {
    fields.set("signal", signal);
  }
  fields.set("do", isOne || targets.length === 1 ? `${verb} ${targets[0]}` : verb);
  targets.forEach((t) => fields.append("p", t));
  try {
    const results = await post(fields);
    const failed = results.filter((r) => !r.ok);
    failed.slice(0, 5).forEach((r) => say(`${r.name}: ${r.text}`, true));
    if (failed.length > 5) {
      say(`${failed.length - 5} more could not be done`, true);
    }
    if (failed.length === 0) {
      say(`${words}: ${names.length > 3 ? `${names.length} programs` : names.join(", ")}`);
    }
  } catch (error) {
    say(`${words}: ${error.message}`, true);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!event.submitter || event.submitter.name !== "do") {
    return;
  }
  const [verb, ...rest] = event.submitter.value.split(" ");
  const target = rest.join(" ");
  const isOne = target !== "" && target !== "*" && !target.endsWith(":*");
  const targets = target ? [target] : selected();
  if (targets.length > 0) {
    act(verb, targets, isOne, verb === "signal" ? form.elements.signal.value : "");
  }
});

// --- selection ---

const selectAll = make("input", { type: "checkbox", "aria-label": "select all that are shown" });

function countSelected() {
  const tools = byId("tools");
  if (tools) {
    const n = selected().length;
    tools.disabled = n === 0;
    tools.firstElementChild.textContent = n ? `Selected programs: ${n}` : "Selected programs";
  }
}

form.addEventListener("change", (event) => {
  const { target } = event;
  const all = target === selectAll ? table : target.closest("tr.group-head") && target.closest("tbody");
  for (const box of all ? all.querySelectorAll("tr:not([hidden]) input[name=p]") : []) {
    box.checked = target.checked;
  }
  countSelected();
});
if (byId("tools")) {
  table.tHead.querySelector(".c-select").append(selectAll);
  countSelected();
}

// --- search ---

const search = make("input", { type: "search", placeholder: "search ( / )",
  "aria-label": "search programs", autocomplete: "off", spellcheck: "false" });
const states = make("select", { "aria-label": "state" });
const shown = make("span", { class: "shown", role: "status" });

function countStates() {
  const counts = new Map([["", programs.size], ["not well", 0]]);
  let n = 0;
  for (const program of programs.values()) {
    const { state, well } = program.view;
    counts.set(state, (counts.get(state) || 0) + 1);
    counts.set("not well", counts.get("not well") + !well);
    n += !program.row.hidden;
  }
  for (const option of [...states.options]) {
    if (!counts.has(option.value) && option.value !== filter.state) {
      option.remove();
    }
  }
  for (const [state, count] of counts) {
    let option = [...states.options].find((o) => o.value === state);
    if (!option) {
      option = make("option", { value: state });
      states.append(option);
    }
    const text = `${state || "any state"} (${count})`;
    if (option.textContent !== text) {
      option.textContent = text;
    }
  }
  const text = n === programs.size ? "" : `${n} of ${programs.size} shown`;
  if (shown.textContent !== text) {
    shown.textContent = text;
  }
}

function applyFilter() {
  filter = { text: search.value.trim().toLowerCase(), state: states.value };
  for (const program of programs.values()) {
    program.show();
  }
  showGroups();
  countStates();
  countSelected();
}

search.addEventListener("input", applyFilter);
states.addEventListener("change", applyFilter);
const help = make("button", { type: "button", class: "help" }, "keys ( ? )");
help.addEventListener("click", showKeys);
byId("search").append(search, " ", states, " ", help, " ", shown);
byId("search").hidden = false;

// --- keys ---

const KEYS = [["/", "search"], ["Escape", "end of search"], ["j, k, ↓, ↑", "next, previous program"],
  ["space", "select"], ["s, r, x", "start, restart, stop"], ["l", "log"], ["?", "this"]];

function showKeys() {
  const list = make("dl", {}, ...KEYS.map(([key, what]) =>
    make("div", {}, make("dt", {}, make("kbd", {}, key)), make("dd", {}, what))));
  const dialog = make("dialog", { "aria-labelledby": "keys" }, make("form", { method: "dialog" },
    make("h2", { id: "keys" }, "Keys"), list, make("button", { autofocus: "" }, "close")));
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}

function step(by) {
  const rows = [...form.querySelectorAll("tr.program:not([hidden])")];
  const at = rows.indexOf(document.activeElement.closest("tr.program"));
  const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) :
    Math.min(rows.length - 1, Math.max(0, at + by))];
  if (next) {
    next.querySelector("a").focus();
  }
}

function onRow(selector) {
  const row = document.activeElement.closest("tr.program");
  const element = row && row.querySelector(selector);
  if (element) {
    element.click();
  }
  return Boolean(element);
}

const keys = {
  "/": () => search.focus(),
  "?": showKeys,
  j: () => step(1), ArrowDown: () => step(1),
  k: () => step(-1), ArrowUp: () => step(-1),
  " ": () => onRow("input[name=p]"),
  s: () => onRow(".do-start"),
  r: () => onRow(".do-restart"),
  x: () => onRow(".do-stop"),
  l: () => onRow("a[data-f=log]"),
};

document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) {
    return;
  }
  if (target === search && event.key === "Escape") {
    search.value = "";
    applyFilter();
    search.blur();
  } else if (!target.closest("input:not([type=checkbox]), select, textarea") &&
      !(target.closest("button, input") && event.key === " ") && keys[event.key]) {
    const onLink = event.key !== " " || target.closest("tr.program");
    if (onLink && keys[event.key]() !== false) {
      event.preventDefault();
    }
  }
});

// --- begin ---

for (const row of table.querySelectorAll("tr.program")) {
  const program = new Program(row);
  program.view.state = row.dataset.state;
  program.view.well = row.dataset.well === "true";
  programs.set(program.name, program);
}
countStates();
connect();
