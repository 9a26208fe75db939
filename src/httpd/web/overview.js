// overview.js - the server makes the page; here it is asked for again and again.
import { address, byId, connected } from "./common.js";

const EVERY_MS = 5000;

// Whoever reads on or has marked something is not to be disturbed by what is the same.
function replace(text) {
  const main = new DOMParser().parseFromString(text, "text/html").querySelector("main");
  const here = byId("overview");
  for (const section of main ? main.querySelectorAll("section") : []) {
    const id = section.getAttribute("aria-labelledby");
    const old = here.querySelector(`section[aria-labelledby="${id}"]`);
    if (old && old.innerHTML !== section.innerHTML) {
      const wide = old.querySelector(".wide");
      const left = wide ? wide.scrollLeft : 0;
      const hadFocus = wide !== null && document.activeElement === wide;
      old.replaceChildren(...document.adoptNode(section).childNodes);
      const now = old.querySelector(".wide");
      if (now) {
        now.scrollLeft = left;
        if (hadFocus) {
          now.focus();
        }
      }
    }
  }
}

async function refresh() {
  if (document.hidden) {
    return;
  }
  try {
    const response = await fetch(address("overview.html"), { cache: "no-store" });
    if (!response.ok) {
      throw new Error(response.statusText);
    }
    replace(await response.text());
    connected(true);
  } catch {
    connected(false);
  }
}

setInterval(refresh, EVERY_MS);
document.addEventListener("visibilitychange", refresh);
