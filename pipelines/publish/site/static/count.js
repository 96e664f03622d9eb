/* How figures come into being: rows that pass the filters are added up, numerators are divided by denominators, small cells are left out.
   Nothing here touches the page; `show.js` does. A dataset holds each dimension as codes with an index a row, and each sum as a column. */
"use strict";
window.Count = (() => {
  const site = window.SITE;
  const months = site.months;
  const label = new Map(Object.entries(site.labels).map(([dimension, entries]) => [dimension, new Map(entries.map(entry => [entry[0], entry]))]));

  const words = (dimension, code) => {
    if (dimension === "month") return code;
    const entry = label.get(dimension)?.get(code);
    return entry ? Words.say(entry[1], entry[2]) : code || Words.say("未注明", "not stated");
  };
  const group = entry => (entry.length > 3 ? "group:" + entry[3] : null);

  /* The rows of a dataset that the filters let pass, as indices. A filter of a dimension that the dataset lacks passes everything. */
  const select = (name, filters, ignores = []) => {
    const { size, dims } = site.datasets[name];
    const tests = [];
    for (const [dimension, dim] of Object.entries(dims)) {
      if (ignores.includes(dimension)) continue;
      let passes = null;
      if (dimension === "month") {
        if (filters.from || filters.to) passes = code => code >= filters.from && code <= filters.to;
      } else if (filters[dimension]) {
        const chosen = filters[dimension];
        passes = chosen.startsWith("group:") ? code => group(label.get(dimension).get(code) || []) === chosen : code => code === chosen;
      }
      if (passes) tests.push([dim.at, dim.codes.map(passes)]);
    }
    const found = [];
    for (let row = 0; row < size; row++) if (tests.every(([at, passed]) => passed[at[row]])) found.push(row);
    return found;
  };

  /* One row for each combination of the dimensions in `by`: {codes, sums}. */
  const rollup = (name, by, rows) => {
    const { dims, sums } = site.datasets[name];
    const columns = Object.entries(sums);
    const found = new Map();
    for (const row of rows) {
      const key = by.map(dimension => (dims[dimension] ? dims[dimension].at[row] : "")).join();
      let one = found.get(key);
      if (!one) {
        one = { codes: Object.fromEntries(by.map(d => [d, dims[d] ? dims[d].codes[dims[d].at[row]] : ""])), sums: Object.fromEntries(columns.map(([c]) => [c, 0])) };
        found.set(key, one);
      }
      for (const [column, values] of columns) one.sums[column] += values[row];
    }
    return [...found.values()];
  };

  /* A measure of added-up rows: {value, numerator, denominator, few, thin}. `few`: of 1 to 4 records, not shown. `thin`: too few to compare. */
  const measure = (told, sums) => {
    const base = sums[told.base], denominator = told.over ? sums[told.over] : null;
    const few = base > 0 && base < site.small;
    const thin = told.over !== null && told.minimum !== null && denominator < told.minimum;
    if (few) return { value: null, numerator: null, denominator: null, few, thin };
    const numerator = sums[told.total] * told.factor;
    const value = told.over ? (denominator ? numerator / denominator : null) : numerator;
    return { value, numerator, denominator, few, thin };
  };

  const grouped = (value, digits) => value.toLocaleString("en-US", { minimumFractionDigits: 0, maximumFractionDigits: digits });
  const text = (told, one) => {
    if (one.few) return Words.say(`少于 ${site.small}`, `< ${site.small}`);
    if (one.value === null || one.value === undefined || Number.isNaN(one.value)) return "–";
    if (told.unit === "%") return (100 * one.value).toFixed(1) + "%";
    if (told.unit === "m²" || told.unit === "1") return grouped(one.value, 2);
    return grouped(one.value, Number.isInteger(one.value) ? 0 : 1);
  };

  const shift = (month, by) => {
    const at = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + by;
    return `${String(Math.floor(at / 12)).padStart(4, "0")}-${String((at % 12) + 1).padStart(2, "0")}`;
  };

  /* What the presets of the period mean: whole months, other than for all. */
  const periods = () => {
    const end = months.includes(site.whole_until) ? site.whole_until : months[months.length - 1];
    const first = months[0], last = months[months.length - 1];
    const from = month => (month < first ? first : month);
    const found = [["months12", Words.say("近 12 个整月", "Last 12 whole months"), from(shift(end, -11)), end]];
    for (let year = Number(last.slice(0, 4)); year >= Number(first.slice(0, 4)); year--)
      found.push([String(year), Words.say(`${year} 年`, String(year)), from(`${year}-01`), `${year}-12` > last ? last : `${year}-12`]);
    found.push(["all", Words.say("全部", "All"), first, last]);
    return found;
  };

  /* How the window compares with the same months a year before: null where there is nothing fair to compare with. */
  const against = (name, told, filters) => {
    const dims = site.datasets[name].dims;
    if (!dims.month || !filters.from) return null;
    const before = { ...filters, from: shift(filters.from, -12), to: shift(filters.to, -12) };
    if (before.to >= filters.from || before.from < months[0] || !dims.month.codes.some(code => code <= before.from)) return null;
    const [now, then] = [filters, before].map(window => {
      const [one] = rollup(name, [], select(name, window));
      return one ? measure(told, one.sums) : null;
    });
    if (!now || !then || now.few || then.few || now.value === null || then.value === null || now.thin || then.thin) return null;
    const rate = told.unit === "%" && told.over;
    if (!rate && !then.value) return null;
    const change = rate ? 100 * (now.value - then.value) : (100 * (now.value - then.value)) / then.value;
    return { change, rate, steady: Math.abs(change) < (rate ? 0.5 : 3), before: then };
  };

  return { site, months, words, group, select, rollup, measure, text, shift, periods, against };
})();
