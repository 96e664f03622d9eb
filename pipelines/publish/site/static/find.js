/* A field that hides what does not match, and opens the entry that the address names. */
"use strict";
(() => {
  const field = document.querySelector("[data-find]"), found = document.getElementById("found");
  const entries = [...document.querySelectorAll(field.dataset.find)].map(box => [box, box.textContent.toLowerCase()]);
  field.addEventListener("input", () => {
    const asked = field.value.trim().toLowerCase();
    let shown = 0;
    for (const [box, text] of entries) { box.hidden = !text.includes(asked); if (!box.hidden) shown += 1; }
    for (const section of document.querySelectorAll("main section")) {
      const own = section.querySelectorAll(field.dataset.find);
      section.hidden = own.length > 0 && [...own].every(box => box.hidden);
    }
    found.textContent = asked ? Words.say(`${shown} 个`, `${shown} found`) : "";
  });
  const open = () => document.getElementById(decodeURIComponent(location.hash.slice(1)))?.querySelector("details")?.setAttribute("open", "");
  window.addEventListener("hashchange", open);
  open();
})();
