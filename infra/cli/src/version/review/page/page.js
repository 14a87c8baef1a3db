"use strict";
// What follows up to `start` knows nothing of the page, and is tested by itself.

const KINDS = { s: "always", d: "never", k: "skip" };
const WORDS = { always: "same", never: "different", skip: "skipped" };

/** By account: those that were said to be one person's with it. */
function neighbours(pairs) {
  const found = new Map();
  const add = (one, other) => found.set(one, [...(found.get(one) || []), other]);
  pairs.forEach(([left, right]) => { add(left, right); add(right, left); });
  return found;
}

/** By account: the one from which a search from `start` came to it. */
function search(graph, start) {
  const cameFrom = new Map([[start, null]]);
  const toVisit = [start];
  for (let at = 0; at < toVisit.length; at++) {
    for (const next of graph.get(toVisit[at]) || []) {
      if (!cameFrom.has(next)) { cameFrom.set(next, toVisit[at]); toVisit.push(next); }
    }
  }
  return cameFrom;
}

/** A shortest chain between two accounts; null if there is none. */
function chain(graph, from, to) {
  const cameFrom = search(graph, to);
  if (!cameFrom.has(from)) return null;
  const accounts = [];
  for (let at = from; at !== null; at = cameFrom.get(at)) accounts.push(at);
  return accounts;
}

const isPair = (one, other) =>
  (one[0] === other[0] && one[1] === other[1]) || (one[0] === other[1] && one[1] === other[0]);

/** Why an answer cannot be true beside what was said; null if it can. An earlier answer about the pair does not count. */
function contradiction(said, pair, kind) {
  const graph = neighbours(said.always.filter(known => !isPair(known, pair)));
  const [left, right] = pair;
  if (kind === "never") {
    const accounts = chain(graph, left, right);
    return accounts && `the two are one person's by earlier answers: ${accounts.join(" = ")}`;
  }
  if (kind !== "always") return null;
  const [ofLeft, ofRight] = [search(graph, left), search(graph, right)];
  const across = ([one, other]) => (ofLeft.has(one) && ofRight.has(other)) || (ofLeft.has(other) && ofRight.has(one));
  const apart = said.never.filter(known => !isPair(known, pair)).find(across);
  if (!apart) return null;
  const [from, to] = ofLeft.has(apart[0]) ? apart : [apart[1], apart[0]];
  const accounts = [...chain(graph, from, left), ...chain(graph, right, to)];
  return `then ${accounts.join(" = ")}, but by earlier answers ${from} and ${to} are not one person's`;
}

/** What was said before, with the answers of the page. */
function allSaid(data, answers) {
  const of = kind => data.cards.filter((card, at) => answers[at] && answers[at].kind === kind).map(card => card.accounts);
  return { always: [...data.always, ...of("always")], never: [...data.never, ...of("never")] };
}

function quoted(field) {
  return /[",\n\r]|^\s|\s$/.test(field) ? `"${field.replace(/"/g, '""')}"` : field;
}

/** The answers as a file of corrections. */
function csv(data, answers, who) {
  const line = (answer, card) => {
    const stratum = card.stratum === null ? "" : String(card.stratum);
    return [answer.kind, ...card.accounts, card.reason, who, answer.when, data.run, stratum, ""];
  };
  const lines = data.cards.flatMap((card, at) => (answers[at] ? [line(answers[at], card)] : []));
  const header = ["kind", "left", "right", "reason", "who", "when", "run", "stratum", "note"];
  return [header, ...lines].map(fields => `${fields.map(quoted).join(",")}\n`).join("");
}

/** The first card from `at` on that is asked about. Those whose answer is known are answered on the way. */
function advance(data, answers, at, when) {
  while (at < data.cards.length && data.cards[at].known) {
    answers[at] = { kind: data.cards[at].known, when, known: true };
    at += 1;
  }
  return at;
}

/** A session over the cards. `stored` is what an earlier one left. */
function session(data, stored) {
  const state = { answers: [], history: [], at: 0, ...stored };
  const now = () => `${new Date().toISOString().slice(0, 19)}Z`;
  state.at = advance(data, state.answers, state.at, now());
  return {
    state,
    /** Null, or why it cannot be. */
    answer(kind) {
      const card = data.cards[state.at];
      if (!card) return null;
      const why = contradiction(allSaid(data, state.answers), card.accounts, kind);
      if (why) return why;
      state.history.push(state.at);
      state.answers[state.at] = { kind, when: now() };
      state.at = advance(data, state.answers, state.at + 1, now());
      return null;
    },
    /** Whether there was an answer to take back. */
    back() {
      if (state.history.length === 0) return false;
      state.at = state.history.pop();
      state.answers.length = state.at;
      return true;
    },
    counts() {
      const of = kind => state.answers.filter(answer => answer && !answer.known && answer.kind === kind).length;
      return { always: of("always"), never: of("never"), skip: of("skip") };
    },
  };
}

function start(document, storage) {
  const data = JSON.parse(document.getElementById("data").textContent);
  const element = id => document.getElementById(id);
  const key = `onefold-review ${data.id}`;
  const stored = load(storage, key);
  const asked = session(data, stored.state);
  const who = element("who");
  who.value = stored.who || data.who;
  element("run").textContent = data.run;
  element("afterwards").textContent = "onefold review --sample 0";

  const keep = () => {
    try {
      storage.setItem(key, JSON.stringify({ who: who.value, state: asked.state }));
    } catch {
      say("This browser keeps no progress for this page. Save the answers before you close it.", true);
    }
  };
  const say = (text, isWarning) => {
    element("message").textContent = text;
    element("message").className = isWarning ? "warning" : "";
  };
  const show = () => {
    const { at } = asked.state;
    const isDone = at >= data.cards.length;
    element("card").hidden = isDone;
    element("end").hidden = !isDone;
    element("progress").max = Math.max(data.cards.length, 1);
    element("progress").value = at;
    element("place").textContent = isDone ? `${at} of ${data.cards.length}` : `Pair ${at + 1} of ${data.cards.length}`;
    if (isDone) showEnd(element, asked.counts());
    else showCard(document, data, data.cards[at]);
  };
  const press = letter => {
    const card = data.cards[asked.state.at];
    if (letter === "b") {
      say(asked.back() ? "" : "There is no answer to take back.", false);
    } else if (card) {
      const kind = KINDS[letter];
      const why = asked.answer(kind);
      if (why) say(`That cannot be: ${why}. It was not noted. Answer otherwise, or go back and change an answer.`, true);
      else say(`${card.accounts.join(" and ")}: ${WORDS[kind]}. ${kind === "skip" ? "" : card.verdict || ""}`, false);
    }
    keep();
    show();
    element(asked.state.at >= data.cards.length ? "done" : "question").focus();
  };
  document.querySelectorAll("[data-key]").forEach(button => {
    button.addEventListener("click", () => press(button.dataset.key));
  });
  document.addEventListener("keydown", event => {
    const isTyping = event.target === who || event.ctrlKey || event.metaKey || event.altKey;
    const letter = event.key.toLowerCase();
    if (!isTyping && ["s", "d", "k", "b"].includes(letter)) { event.preventDefault(); press(letter); }
  });
  who.addEventListener("input", keep);
  element("save").addEventListener("click", () => save(document, data, csv(data, asked.state.answers, who.value)));
  element("forget").addEventListener("click", () => {
    if (storage) storage.removeItem(key);
    say("The progress is forgotten. Answers that were saved stay.", false);
  });
  show();
}

function load(storage, key) {
  try {
    return JSON.parse(storage.getItem(key)) || {};
  } catch {
    return {};
  }
}

function save(document, data, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = `review-${data.id}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function showEnd(element, counts) {
  element("counts").textContent = `${counts.always} same, ${counts.never} different, ${counts.skip} skipped.`;
}

const MARKS = { equal: "=", alike: "~", different: "≠", missing: "·" };

/** All texts become text nodes, so no value is taken for markup. */
function showCard(document, data, card) {
  const element = id => document.getElementById(id);
  const make = (name, className, text, role) => {
    const made = document.createElement(name);
    made.className = className;
    if (text !== undefined) made.textContent = text;
    if (role) made.setAttribute("role", role);
    return made;
  };
  element("question").textContent = `Are ${card.accounts[0]} and ${card.accounts[1]} one person's?`;
  element("why").textContent = card.why;
  element("verdict").textContent = card.stratum === null ? card.verdict || "" : "";
  const showsBits = card.stratum === null && card.rows.some(row => row.bits !== undefined);
  const head = element("head");
  const corner = make("th", "corner", undefined, "columnheader");
  corner.append(make("span", "hidden", "Field"));
  const mark = make("th", "mark", undefined, "columnheader");
  mark.append(make("span", "hidden", "Comparison"));
  head.replaceChildren(corner, mark, make("th", "left", card.accounts[0], "columnheader"),
    make("th", "right", card.accounts[1], "columnheader"));
  if (showsBits) head.append(make("th", "bits", "bits", "columnheader"));
  const value = (values, side) => {
    const cell = make("td", `value ${side}`, undefined, "cell");
    if (values.length === 0) cell.append(make("span", "none", "–"));
    values.forEach(text => cell.append(make("div", "", text)));
    return cell;
  };
  element("rows").replaceChildren(...card.rows.map(row => {
    const line = make("tr", row.mark, undefined, "row");
    const name = make("th", "field", row.field, "rowheader");
    name.scope = "row";
    const sign = make("td", "mark", undefined, "cell");
    const shown = make("span", "", MARKS[row.mark]);
    shown.setAttribute("aria-hidden", "true");
    sign.append(shown, make("span", "hidden", row.mark));
    line.append(name, sign, value(row.values[0], "left"), value(row.values[1], "right"));
    if (showsBits) {
      const bits = row.bits === undefined ? "" : `${row.bits < 0 ? "−" : "+"}${Math.abs(row.bits).toFixed(1)}`;
      line.append(make("td", "bits", row.level ? `${row.level} ${bits}` : bits, "cell"));
    }
    return line;
  }));
}

if (typeof document !== "undefined") {
  let storage;
  try { storage = window.localStorage; } catch { storage = undefined; }
  start(document, storage);
}
