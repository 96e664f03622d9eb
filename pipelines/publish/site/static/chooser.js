/* Shows some of the parts of a page: those whose ids begin with the chooser's name and the chosen values. The choice stands in the address, behind the #. */
"use strict";
(() => {
  for (const form of document.querySelectorAll("[data-chooser]")) {
    const prefix = form.dataset.chooser + "-";
    const parts = [...document.querySelectorAll(`[id^="${prefix}"]`)].filter(part => part.matches("[data-chart],[data-table],[data-listing]"));
    const groups = [...form.querySelectorAll("fieldset")].map(group => [...group.querySelectorAll("input")]);
    const chosen = () => prefix + groups.map(inputs => inputs.find(input => input.checked).value).join("-");
    const belongs = (part, name) => part.id === name || part.id.startsWith(name + "-");
    const show = () => { for (const part of parts) part.hidden = !belongs(part, chosen()); };
    const asked = decodeURIComponent(location.hash.slice(1));
    if (parts.some(part => belongs(part, asked))) {
      const values = asked.slice(prefix.length).split("-");
      groups.forEach((inputs, at) => { for (const input of inputs) input.checked = input.value === values[at]; });
    }
    form.addEventListener("change", () => {
      show();
      try { history.replaceState(null, "", location.search + "#" + chosen()); } catch { /* not allowed everywhere in a folder */ }
    });
    form.addEventListener("submit", event => event.preventDefault());
    show();
  }
})();
