/* The language of the page: chosen by one click or ?lang=en, remembered, and told to whoever draws in it.
   Loaded in the head, so that a page never shows in one language first and then in the other. */
"use strict";
window.Words = (() => {
  const KEY = "chengguan-language";
  const listeners = [];
  const stored = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  const asked = new URLSearchParams(location.search).get("lang");
  let language = (asked || stored()) === "en" ? "en" : "zh";

  const show = () => {
    const root = document.documentElement;
    root.lang = language === "en" ? "en" : "zh-CN";
    root.dataset.language = language;
    if (!document.body) return;
    document.title = document.body.dataset[language === "en" ? "titleEn" : "titleZh"];
    for (const button of document.querySelectorAll("[data-language]"))
      if (button !== root) button.setAttribute("aria-pressed", String(button.dataset.language === language));
    for (const plot of document.querySelectorAll("[data-label-en]"))
      plot.setAttribute("aria-label", plot.dataset[language === "en" ? "labelEn" : "labelZh"]);
  };
  const choose = chosen => {
    language = chosen;
    try { localStorage.setItem(KEY, chosen); } catch { /* a page in a folder may have nothing to remember it in */ }
    show();
    for (const listener of listeners) listener();
  };

  if (asked) try { localStorage.setItem(KEY, language); } catch { /* see above */ }
  show();
  document.addEventListener("DOMContentLoaded", () => {
    show();
    for (const button of document.querySelectorAll("button[data-language]"))
      button.addEventListener("click", () => choose(button.dataset.language));
    const menu = document.querySelector(".menu");
    menu.addEventListener("click", () => menu.setAttribute("aria-expanded", String(menu.getAttribute("aria-expanded") !== "true")));
  });
  return {
    get language() { return language; },
    say: (zh, en) => (language === "en" ? en : zh),
    of: text => text[language],
    onChange: listener => listeners.push(listener),
  };
})();
