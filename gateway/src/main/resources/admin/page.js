// Keeps the page current without disturbing what somebody reads or types. Same origin only; the server escapes all text.
"use strict";
(() => {
  const EVERY_MS = 2000;
  const root = document.getElementById("live");

  function localTimes() {
    for (const time of document.querySelectorAll("time[datetime]")) {
      const at = new Date(time.dateTime);
      time.textContent = time.classList.contains("day")
        ? at.toLocaleString([], { hour12: false })
        : at.toLocaleTimeString([], { hour12: false });
      time.title = at.toLocaleString();
    }
  }

  // Where something is to be decided nothing moves under the pointer, or a click would land on what came meanwhile.
  function isBusy(part) {
    if (!part.querySelector("form")) return false;
    return part.matches(":hover, :focus-within") || part.querySelector("input:checked, .remember[open]") !== null;
  }

  function replace(part, fresh) {
    if (isBusy(part) || part.dataset.markup === fresh.outerHTML) return;
    const open = new Set([...part.querySelectorAll("details[open]")].map((each) => each.id));
    const markup = fresh.outerHTML;
    for (const each of fresh.querySelectorAll("details")) each.open = open.has(each.id);
    fresh.dataset.markup = markup;
    part.replaceWith(fresh);
  }

  async function refresh() {
    if (document.hidden) return;
    const answer = await fetch("/live" + location.search, { credentials: "same-origin" });
    if (answer.status === 401) {
      location.reload();
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of fresh.querySelectorAll("[data-part]")) {
      const shown = document.querySelector(`[data-part="${part.dataset.part}"]`);
      if (shown) replace(shown, document.adoptNode(part));
    }
    localTimes();
  }

  const login = document.getElementById("login");
  if (login) login.submit();
  localTimes();
  if (root) {
    const loop = () => refresh().catch(() => {}).finally(() => setTimeout(loop, EVERY_MS));
    setTimeout(loop, EVERY_MS);
  }
})();
