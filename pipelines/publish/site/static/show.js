/* What the reader sees: filters, headlines, charts, tables and their CSV. Figures come from `count.js`, words from `words.js`. */
"use strict";
(() => {
  const { site, months, words, group, select, rollup, measure, text, shift, periods, against } = window.Count;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const element = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };
  const told = (dataset, name) => site.measures[dataset][name];
  const NAMES = { month: ["月份", "Month"], squad_id: ["中队", "Squad"], street_code: ["街道", "Street"], event_class: ["事件类别", "Class of event"],
                  main_class: ["大类", "Major class"], channel: ["渠道", "Channel"], hotline: ["热线", "Line"], feed: ["数据源", "Feed"], grid_code: ["网格", "Grid"] };
  const heading = dimension => (site.names[dimension] ? Words.of(site.names[dimension]) : Words.say(...(NAMES[dimension] || ["类别", "Item"])));

  /* ---- filters ---- */
  const filters = {};
  const form = document.getElementById("filters");
  const select_of = name => form?.querySelector(`[data-filter=${name}]`);
  const preset = name => periods().find(period => period[0] === name);
  const start = () => {
    for (const name of site.filters) if (name !== "month") filters[name] = "";
    if (!site.filters.includes("month")) return;
    const [, , from, to] = preset(site.period === "year" ? site.as_of.slice(0, 4) : site.period) || preset("all");
    Object.assign(filters, { from, to });
  };
  const read_address = () => {
    const asked = new URLSearchParams(location.search);
    for (const name of ["from", "to"]) if (months.includes(asked.get(name))) filters[name] = asked.get(name);
    if (filters.from > filters.to) filters.to = filters.from;
    for (const name of site.filters)
      if (name !== "month" && (site.labels[name] || []).some(entry => entry[0] === asked.get(name) || group(entry) === asked.get(name))) filters[name] = asked.get(name);
  };
  /* The choice goes into the address and along to the other pages, so that a squad's captain chooses once. */
  const write_address = () => {
    const asked = new URLSearchParams();
    const initial = { ...filters };
    start();
    for (const [name, value] of Object.entries(initial)) if (value && value !== filters[name]) asked.set(name, value);
    Object.assign(filters, initial);
    if (Words.language === "en") asked.set("lang", "en");
    const query = asked.toString() ? "?" + asked : location.pathname.split("/").pop();
    try { history.replaceState(null, "", query + location.hash); } catch { /* not allowed everywhere in a folder */ }
    for (const link of all("nav.pages a, .brand a")) link.search = asked;
  };
  const fill = () => {
    if (!form) return;
    const options = (target, entries, chosen) => target.replaceChildren(...entries.map(([value, said]) => {
      const option = element("option", { value }, said);
      option.selected = value === chosen;
      return option;
    }));
    if (site.filters.includes("month")) {
      const known = periods(), now = known.find(period => period[2] === filters.from && period[3] === filters.to);
      options(select_of("preset"), [...known, ...(now ? [] : [["own", Words.say("自选", "Chosen")]])], now ? now[0] : "own");
      const part = month => (month > site.whole_until ? `${month}${Words.say("（未满月）", " (not whole)")}` : month);
      for (const name of ["from", "to"]) options(select_of(name), months.map(month => [month, part(month)]), filters[name]);
    }
    for (const name of site.filters) {
      if (name === "month") continue;
      const entries = site.labels[name], target = select_of(name);
      options(target, [["", Words.say("全部", "All")]], filters[name]);
      const groups = new Map();
      for (const entry of entries) groups.set(group(entry), [...(groups.get(group(entry)) || []), entry]);
      for (const [key, members] of groups) {
        const made = members.map(entry => [entry[0], words(name, entry[0])]);
        if (key === null) { for (const [value, said] of made) target.append(new Option(said, value, false, value === filters[name])); continue; }
        const title = Words.say(members[0][3], members[0][4]);
        const block = element("optgroup", { label: title });
        for (const [value, said] of [[key, Words.say(`${title}（全部）`, `${title} (all)`)], ...made]) block.append(new Option(said, value, false, value === filters[name]));
        target.append(block);
      }
    }
    const shown = site.filters.includes("month") ? [`${filters.from} – ${filters.to}`] : [];
    for (const name of site.filters) if (name !== "month" && filters[name]) shown.push(select_of(name).selectedOptions[0]?.textContent);
    document.getElementById("chosen").textContent = shown.join(" · ");
  };
  form?.addEventListener("change", event => {
    const { filter } = event.target.dataset, value = event.target.value;
    if (filter === "preset") { const found = preset(value); if (found) Object.assign(filters, { from: found[2], to: found[3] }); }
    else filters[filter] = value;
    if (filters.from > filters.to) filters[filter === "from" ? "to" : "from"] = value;
    show();
  });
  form?.addEventListener("reset", event => { event.preventDefault(); start(); show(); });

  /* Which of the chosen filters a dataset cannot follow. */
  const deaf = (dataset, ignores = []) => site.filters.filter(name => (name === "month" ? filters.from !== months[0] || filters.to !== months[months.length - 1] : filters[name])
    && (!site.datasets[dataset].dims[name] || ignores.includes(name))).map(heading);

  /* ---- headlines ---- */
  const change_words = (found, better) => {
    if (!found) return "";
    const { change, rate, steady } = found, size = Math.abs(change).toFixed(1);
    if (steady) return Words.say("→ 与去年同期基本持平", "→ about the same as a year before");
    const up = change > 0;
    const amount = rate ? Words.say(`${size} 个百分点`, `${size} points`) : `${size}%`;
    const said = Words.say(`${up ? "↑ 比去年同期高" : "↓ 比去年同期低"} ${amount}`, `${up ? "↑ up" : "↓ down"} ${amount} on a year before`);
    if (!better) return said;
    return said + ((better === "higher") === up ? Words.say("，变好", ", better") : Words.say("，变差", ", worse"));
  };
  const change_short = (found, better) => {
    if (!found) return "–";
    if (found.steady) return Words.say("→ 持平", "→ steady");
    const up = found.change > 0, size = Math.abs(found.change).toFixed(1);
    const said = (up ? "↑ " : "↓ ") + (found.rate ? Words.say(`${size} 个百分点`, `${size} points`) : `${size}%`);
    return better ? `${said} ${(better === "higher") === up ? Words.say("变好", "better") : Words.say("变差", "worse")}` : said;
  };
  const draw_spark = (svg, dataset, one, chosen = filters) => {
    svg.replaceChildren();
    if (!site.datasets[dataset].dims.month) return;
    const to = filters.to > site.whole_until ? site.whole_until : filters.to, from = shift(to, -23);
    const by_month = new Map(rollup(dataset, ["month"], select(dataset, { ...chosen, from, to })).map(row => [row.codes.month, measure(one, row.sums).value]));
    const values = months.filter(month => month >= from && month <= to).map(month => by_month.get(month) ?? null);
    const known = values.filter(value => value !== null);
    if (known.length < 3) return;
    const low = Math.min(...known), high = Math.max(...known), step = 160 / Math.max(values.length - 1, 1);
    let path = "", pen = "M";
    values.forEach((value, at) => {
      if (value === null) { pen = "M"; return; }
      path += `${pen}${(at * step).toFixed(1)} ${(30 - (26 * (value - low)) / (high - low || 1)).toFixed(1)}`;
      pen = "L";
    });
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", path);
    svg.append(line);
  };
  const show_headline = box => {
    const [dataset, name] = box.dataset.headline.split("."), one = told(dataset, name), { why } = site.datasets[dataset];
    const put = (selector, said) => { box.querySelector(selector).textContent = said; };
    if (why) { put(".number", "–"); put(".unit", ""); put(".trend", Words.of(why)); return; }
    const [row] = rollup(dataset, [], select(dataset, filters));
    const found = row ? measure(one, row.sums) : { value: one.over ? null : 0 };
    put(".number", text(one, found));
    box.querySelector(".number").dataset.value = found.value ?? "";
    put(".unit", found.value === null || one.unit === "%" ? "" : one.unit_words[Words.language].trim());
    const compared = against(dataset, one, filters), unheard = deaf(dataset).filter(said => said !== heading("month") || site.datasets[dataset].dims.month);
    const trend = box.querySelector(".trend");
    trend.textContent = found.few ? Words.say("记录太少，不显示", "too few records to show") : change_words(compared, one.better);
    trend.dataset.way = !compared || compared.steady || !one.better ? "" : (one.better === "higher") === compared.change > 0 ? "better" : "worse";
    if (unheard.length) trend.textContent += Words.say(` 不随“${unheard.join("、")}”筛选`, ` Not filtered by ${unheard.join(", ")}`);
    draw_spark(box.querySelector(".spark"), dataset, one);
  };

  /* ---- rows of charts and tables ---- */
  const rows_of = part => {
    const rows = select(part.dataset, filters, part.ignores);
    const found = { rows: [], few: 0, thin: 0 };
    for (const row of rollup(part.dataset, part.by, rows)) {
      const made = { codes: row.codes, figures: part.measures.map(name => measure(told(part.dataset, name), row.sums)) };
      if (part.compares && (part.by.some(d => site.nobody.includes(row.codes[d])))) continue;
      if (part.compares && made.figures[0].thin && !made.figures[0].few) { found.thin += 1; continue; }
      if (made.figures.some(one => one.few)) found.few += 1;
      found.rows.push(made);
    }
    const timed = part.by[0] === "month" || part.in_order;
    const rank = new Map(part.by.map(d => [d, new Map((site.labels[d] || []).map((entry, at) => [entry[0], at]))]));
    const place = (d, code) => (d === "month" ? code : String(rank.get(d).get(code) ?? code).padStart(6, "0"));
    found.rows.sort((a, b) => (timed ? 0 : (b.figures[0].value ?? -1) - (a.figures[0].value ?? -1)) || part.by.map(d => place(d, a.codes[d]).localeCompare(place(d, b.codes[d]))).find(Boolean) || 0);
    const whole = rollup(part.dataset, [], rows);
    found.whole = whole.length ? part.measures.map(name => measure(told(part.dataset, name), whole[0].sums)) : null;
    return found;
  };
  const values_of = (part, rows) => rows.map(row => {
    const one = {};
    for (const d of part.by) {
      one[`${d}_name`] = words(d, row.codes[d]);
      one[d] = d === "month" ? new Date(Number(row.codes[d].slice(0, 4)), Number(row.codes[d].slice(5)) - 1, 1).getTime() : row.codes[d];
    }
    part.measures.forEach((name, at) => { one[name] = row.figures[at].value; one[`${name}_text`] = text(told(part.dataset, name), row.figures[at]); });
    return one;
  });
  const notes = (part, found) => {
    const said = [];
    const { why } = site.datasets[part.dataset];
    if (why) return Words.of(why);
    if (!found.rows.length) return Words.say("所选范围内没有可显示的记录", "Nothing to show in the chosen range");
    if (found.few) said.push(Words.say(`${found.few} 项少于 ${site.small} 条记录，不显示`, `${found.few} with fewer than ${site.small} records, not shown`));
    if (found.thin) said.push(Words.say(`${found.thin} 项件数太少，不作比较`, `${found.thin} with too few to compare`));
    const unheard = deaf(part.dataset, part.ignores);
    if (unheard.length) said.push(Words.say(`不随“${unheard.join("、")}”筛选`, `not filtered by ${unheard.join(", ")}`));
    return said.join(Words.say("；", "; "));
  };
  const table_of = (part, found, title) => {
    const head = element("tr", {}, ...part.by.map(d => element("th", { scope: "col" }, heading(d))));
    for (const name of part.measures) {
      const one = told(part.dataset, name), unit = one.unit === "%" ? "" : one.unit_words[Words.language].trim();
      head.append(element("th", { scope: "col", class: "figure" }, one.title[Words.language] + (unit ? ` (${unit})` : "")));
    }
    if (part.trend) {
      const said = told(part.dataset, part.trend).title[Words.language];
      head.append(element("th", { scope: "col" }, Words.say(`${said}：比去年同期`, `${said}: on a year before`)), element("th", { scope: "col" }, Words.say("近两年", "Two years")));
    }
    const trend = (row, codes) => {
      const one = told(part.dataset, part.trend), own = { ...filters, ...codes };
      const compared = against(part.dataset, one, own), svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      for (const [name, value] of [["viewBox", "0 0 160 34"], ["preserveAspectRatio", "none"], ["class", "spark"], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
      draw_spark(svg, part.dataset, one, own);
      const way = !compared || compared.steady || !one.better ? "" : (one.better === "higher") === compared.change > 0 ? "better" : "worse";
      row.append(element("td", { class: "change", "data-way": way }, change_short(compared, one.better)), element("td", {}, svg));
      return row;
    };
    const line = (names, figures, kind) => {
      const row = element("tr", kind ? { class: kind } : {});
      names.forEach((said, at) => row.append(element(at ? "td" : "th", at ? {} : { scope: "row" }, said)));
      figures.forEach((figure, at) => {
        const cell = element("td", { class: figure.few ? "figure few" : "figure" }, text(told(part.dataset, part.measures[at]), figure));
        cell.dataset.value = figure.value ?? "";
        row.append(cell);
      });
      return row;
    };
    const body = element("tbody", {}, ...found.rows.map(row => {
      const made = line(part.by.map(d => words(d, row.codes[d])), row.figures);
      return part.trend ? trend(made, row.codes) : made;
    }));
    const made = element("table", {}, element("caption", { class: "sr" }, title), element("thead", {}, head), body);
    if (found.whole && found.rows.length > 1)
      made.append(element("tfoot", {}, line([Words.say("合计", "Total"), ...part.by.slice(1).map(() => "")], found.whole, "whole")));
    if (part.trend && made.tFoot) trend(made.tFoot.rows[0], {});
    return made;
  };

  /* ---- CSV ---- */
  /* A formula is what `metrics/export.py` calls one; a line's end of whatever kind is quoted, or what follows it begins a row. */
  const FORMULA = /^[\s\ufeff\u200b]*[=+\-@＝＋－＠]|^[\t\r\n]/;
  const quote = cell => { const safe = FORMULA.test(cell) && Number.isNaN(Number(cell)) ? "'" + cell : cell; return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe; };
  const save = (name, lines) => {
    const written = "\ufeff" + lines.map(line => line.map(cell => quote(String(cell ?? ""))).join(",")).join("\r\n") + "\r\n";
    const address = URL.createObjectURL(new Blob([written], { type: "text/csv;charset=utf-8" }));
    element("a", { href: address, download: `${site.slug}-${name}-${site.release}.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  };
  const origin = () => [["release", site.release], ["as_of", site.as_of], ["filters", document.getElementById("chosen")?.textContent ?? ""]];
  const csv_of = part => {
    const found = rows_of(part);
    const head = [...part.by.flatMap(d => (d === "month" ? [d] : [d, `${d}_name`])), ...part.measures.flatMap(name => (told(part.dataset, name).over ? [name, `${name}_numerator`, `${name}_denominator`] : [name]))];
    return [head, ...found.rows.map(row => [...part.by.flatMap(d => (d === "month" ? [row.codes[d]] : [row.codes[d], words(d, row.codes[d])])),
      ...row.figures.flatMap((one, at) => { const value = one.few ? `<${site.small}` : one.value; return told(part.dataset, part.measures[at]).over ? [value, one.numerator, one.denominator] : [value]; })]), [], ...origin()];
  };
  const csv_of_listing = box => [...all("tr", box).map(row => all("th,td", row).map(cell => cell.innerText.trim())), [], ...origin()];

  /* ---- charts: drawn when they come into sight, all of them before a page is printed ---- */
  const charts = new Map(site.charts.map(part => [part.name, part]));
  const drawn = new Map();
  let library = null;
  const with_library = () => (library ||= window.vegaEmbed ? Promise.resolve() : new Promise((done, failed) => {
    const script = element("script", { src: "assets/charts.js" });
    script.onload = done; script.onerror = failed;
    document.head.append(script);
  }));
  const draw = async box => {
    const part = charts.get(box.dataset.chart), found = rows_of(part), plot = box.querySelector(".plot");
    const ticket = {};
    drawn.get(box)?.view?.finalize();
    drawn.set(box, ticket);
    plot.hidden = !found.rows.length;
    if (!found.rows.length) return;
    await with_library();
    if (drawn.get(box) !== ticket) return;
    // Hidden while the library came: without a width nothing can be drawn, so it waits until it is seen.
    if (box.hidden) { waiting.add(box); seen.observe(box); return; }
    const spec = { ...part.specs[Words.language] };
    const whole = found.whole ? values_of({ ...part, by: [] }, [{ codes: {}, figures: found.whole }]) : [];
    spec.datasets = { ...spec.datasets, ...Object.fromEntries(part.data.map(name => [name, site.data[name]])), rows: values_of(part, found.rows), all: whole };
    ticket.view = await vegaEmbed(plot, spec, { actions: false, renderer: "svg", config: window.THEME, tooltip: { theme: "custom" } });
  };
  const seen = new IntersectionObserver(entries => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) { seen.unobserve(target); waiting.delete(target); draw(target); }
  }, { rootMargin: "300px" });
  const waiting = new Set();
  const draw_all = () => Promise.all([...waiting].filter(box => !box.hidden).map(box => { seen.unobserve(box); waiting.delete(box); return draw(box); }));
  window.addEventListener("beforeprint", draw_all);

  /* ---- all of it ---- */
  const show_chart = box => {
    const part = charts.get(box.dataset.chart), found = rows_of(part);
    box.querySelector(".note").textContent = notes(part, found);
    box.querySelector(".holder").replaceChildren(table_of(part, found, box.querySelector("h3").innerText));
    waiting.add(box); seen.unobserve(box); seen.observe(box);
  };
  const tables = new Map(site.tables.map(part => [part.name, part]));
  const show_table = box => {
    const part = tables.get(box.dataset.table), found = rows_of(part);
    box.querySelector(".note").textContent = notes(part, found);
    box.querySelector(".holder").replaceChildren(...(found.rows.length ? [table_of(part, found, box.querySelector("h3").innerText)] : []));
  };
  const show_commands = () => {
    for (const command of all("[data-command]")) {
      const known = command.dataset.dimensions.split(", ");
      const where = [];
      if (command.dataset.dimensions && filters.from) where.push(`month>=${filters.from}`, `month<=${filters.to}`);
      for (const [name, value] of Object.entries(filters)) if (known.includes(name) && value && !value.startsWith("group:")) where.push(`${name}=${value}`);
      command.textContent = command.dataset.command + where.map(one => ` --where '${one}'`).join("");
    }
  };
  const show = () => {
    write_address();
    fill();
    all("[data-headline]").forEach(show_headline);
    all("[data-table]").forEach(show_table);
    all("[data-chart]").forEach(show_chart);
    show_commands();
    document.dispatchEvent(new CustomEvent("shown", { detail: { filters } }));
  };
  for (const box of all("[data-chart]")) box.querySelector(".csv").addEventListener("click", () => save(box.dataset.chart, csv_of(charts.get(box.dataset.chart))));
  for (const box of all("[data-table]")) box.querySelector(".csv").addEventListener("click", () => save(box.dataset.table, csv_of(tables.get(box.dataset.table))));
  for (const box of all("[data-listing]")) box.querySelector(".csv")?.addEventListener("click", () => save(box.dataset.listing, csv_of_listing(box)));
  start();
  read_address();
  Words.onChange(show);
  show();
  window.Show = { filters, show, draw_all };
})();
