// common.js - what all pages need: words for numbers, the sign of a lost connection, the theme.

export const byId = (id) => document.getElementById(id);

// An element with attributes and children; texts are texts, never markup.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// One of ours without the name and password that the page's own address may have: fetch() refuses those.
export const address = (path) => location.origin + location.pathname.replace(/[^/]*$/, "") + path;

const two = (n) => String(n).padStart(2, "0");

// Control characters are shown as what they are; those that turn the direction as what they do.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;
const DECEIVING = /[\u0080-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export function tame(text) {
  return text.replace(CONTROL, (c) => c === "\u007f" ? "\u2421" :
    String.fromCharCode(0x2400 + c.charCodeAt(0))).replace(DECEIVING, "\ufffd");
}

// The same words as svd-httpd has for them: src/base/human.c.
export function uptime(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const days = Math.floor(s / 86400);
  const hours = Math.floor(s % 86400 / 3600);
  const minutes = Math.floor(s % 3600 / 60);
  return days > 0 ? `${days}d ${hours}:${two(minutes)}` : `${hours}:${two(minutes)}:${two(s % 60)}`;
}

export function size(bytes) {
  if (bytes < 1024) {
    return String(Math.round(bytes));
  }
  const units = "KMGTPE";
  let n = bytes / 1024;
  let i = 0;
  for (; n >= 1000 && i + 1 < units.length; i++) {
    n /= 1024;
  }
  return n.toFixed(n < 9.95 ? 1 : 0) + units[i];
}

const timeOfDay = (date) => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

// A time of today without its date.
export function moment(seconds) {
  const date = new Date(seconds * 1000);
  const day = date.toDateString() === new Date().toDateString() ? "" :
    date.toLocaleDateString(undefined, { month: "short", day: "numeric" }) + " ";
  return day + timeOfDay(date);
}

let lostAt = 0;

// Nobody shall take for new what is old.
export function connected(isConnected) {
  const sign = byId("link");
  if (isConnected) {
    if (lostAt) {
      lostAt = 0;
      sign.hidden = true;
      document.body.classList.remove("old");
    }
  } else if (!lostAt) {
    lostAt = Date.now();
    sign.textContent = `Not connected since ${timeOfDay(new Date())}. What you see is old.`;
    sign.hidden = false;
    document.body.classList.add("old");
  }
}

// Without leave to store it the choice is for this page.
function stored(value) {
  try {
    if (value !== undefined) {
      localStorage.setItem("svd-theme", value);
    }
    return localStorage.getItem("svd-theme");
  } catch {
    return null;
  }
}

function themeButton() {
  const themes = ["auto", "dark", "light"];
  const button = make("button", { type: "button", class: "theme" });
  let at = Math.max(0, themes.indexOf(stored()));
  const show = () => {
    button.textContent = `theme: ${themes[at]}`;
    document.documentElement.dataset.theme = themes[at];
  };
  button.addEventListener("click", () => {
    at = (at + 1) % themes.length;
    stored(themes[at]);
    show();
  });
  show();
  document.querySelector("header nav").append(" ", button);
}

themeButton();
