/*
 * Draws the picture the caller agent sends. Decides nothing: who is called, which page, how long a banner stays is the
 * agent's. All elements are made once, so that a year of calls leaves no more of them than a minute does.
 */

import { around, has, known, loadTexts, named, t, tagOf } from "/assets/wall_texts.js";

const ROWS = 5;
const BANNERS = 2;
const STALE = 10000;
const CHINESE = ["zh", "yue"];
const asked = new URLSearchParams(location.search);
const at = (id) => document.getElementById(id);

let picture = null;
let updated = null;
let ahead = 0; /* server's clock minus ours, in milliseconds */
let drawn = "";

/* ---------------------------------------------------------------- pieces */

function piece(parent, tag, className) {
  const element = document.createElement(tag);
  element.className = className;
  parent.appendChild(element);
  return element;
}

function makeRow() {
  const row = piece(at("rows"), "article", "row");
  const parts = { row };
  for (const part of ["room", "doctor", "now", "name"]) parts[part] = piece(row, "p", part + " fit");
  parts.now.classList.add("number");
  parts.label = document.createTextNode("");
  parts.name.appendChild(parts.label);
  parts.tag = piece(parts.name, "span", "tag");
  parts.next = piece(row, "p", "next number fit");
  parts.coming = [piece(parts.next, "span", ""), piece(parts.next, "span", "")];
  return parts;
}

function makeBanner() {
  const banner = piece(at("banners"), "div", "banner");
  const call = piece(banner, "p", "call");
  const parts = { banner, call };
  for (const part of ["please", "number", "who", "to", "place", "end"]) {
    parts[part] = piece(call, "span", part === "who" ? "who" : part === "number" || part === "place" ? "" : "word");
  }
  parts.second = piece(banner, "p", "second");
  banner.hidden = true;
  return parts;
}

const rows = Array.from({ length: ROWS }, makeRow);
const banners = Array.from({ length: BANNERS }, makeBanner);

/* Make the text smaller until it fits, not much below a half; what is still too long gets two lines, if `wraps`. */
function fit(element, wraps) {
  element.style.fontSize = "";
  element.classList.remove("two-lines");
  const width = element.clientWidth;
  if (!width || element.scrollWidth <= width) return;
  const scale = (width / element.scrollWidth) * 0.98;
  if (scale < 0.55 && wraps) element.classList.add("two-lines");
  else element.style.fontSize = Math.max(0.4, scale) * parseFloat(getComputedStyle(element).fontSize) + "px";
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/* ---------------------------------------------------------------- time */

function clockOf(seconds) {
  const form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (seconds) form.second = "2-digit";
  try {
    return new Intl.DateTimeFormat("en-GB", Object.assign({ timeZone: picture.timezone }, form));
  } catch {
    /* a zone that this browser does not know */
    return new Intl.DateTimeFormat("en-GB", form);
  }
}

let clocks = { zone: null };

function hands() {
  const zone = picture ? picture.timezone : "";
  if (clocks.zone !== zone) clocks = { zone, short: clockOf(false), long: clockOf(true) };
  return clocks;
}

function tick() {
  const now = Date.now() + ahead;
  put(at("clock"), hands().short.format(now));
  const stale = !picture || picture.stale || updated === null || now - updated >= STALE;
  const [language] = tongues();
  const last = updated === null ? "" : hands().long.format(updated);
  put(at("updated"), last ? t("updated", language, { time: last }) : "");
  document.body.classList.toggle("stale", stale);
  at("band").hidden = !stale;
  if (stale) drawBand(last);
}

function drawBand(last) {
  const [language, second] = tongues();
  const lost = (one) => t(last ? "lost" : "connecting", one, { time: last });
  const text = lost(language);
  if (at("lost").textContent === text && at("lost").style.fontSize) return;
  put(at("lost"), text);
  put(at("lost-second"), second ? lost(second) : "");
  [at("lost"), at("lost-second")].forEach((line) => fit(line));
}

/* ---------------------------------------------------------------- drawing */

/* The first language of the screen, then the others: who reads one script of Chinese can read the other. */
function tongues() {
  const own = asked.get("lang");
  const halls = picture ? picture.languages : ["zh", "en"];
  const wanted = known(own ? [own].concat(halls.filter((tag) => tag !== own)) : halls);
  const [first = "zh", ...rest] = wanted;
  const kin = (tag) => CHINESE.includes(tag) && CHINESE.includes(first);
  return [first, ...rest.filter((tag) => !kin(tag)), ...rest.filter(kin)];
}

function draw() {
  const [tongue, other] = tongues();
  document.documentElement.lang = tagOf(tongue);
  put(at("hall"), named(picture.hall, tongue));
  put(at("hospital"), named(picture.hospital, tongue));
  fit(at("hall"));
  drawRows(tongue);
  drawStrip(tongue, other);
  drawBanners(tongue, other);
  put(at("waiting"), t("waiting", tongue, { n: picture.waiting }));
  put(at("pages"), picture.pages > 1 ? t("page", tongue, { n: picture.page + 1, of: picture.pages }) : "");
}

function drawRows(tongue) {
  const shown = picture.rows;
  at("rows").classList.toggle("no-doctor", !shown.some((row) => row.doctor));
  at("rows").classList.toggle("no-next", !shown.some((row) => row.next.length));
  put(at("closed"), t("closed", tongue));
  at("closed").hidden = shown.length > 0;
  at("rows").hidden = shown.length === 0;
  rows.forEach((parts, index) => drawRow(parts, shown[index], tongue));
}

function drawRow(parts, row, tongue) {
  parts.row.hidden = !row;
  if (!row) return;
  const closed = !row.now && row.state !== "open";
  parts.row.className =
    "row" +
    (row.now && row.now.lit ? " lit" : "") +
    (row.now && row.now.called ? " called" : "") +
    (closed ? " paused" : "");
  put(parts.room, named(row.name, tongue));
  put(parts.doctor, row.doctor || "");
  const until = row.until ? hands().short.format(Date.parse(row.until)) : "";
  put(parts.now, row.now ? row.now.number : closed ? stateText(row.state, until, tongue) : "—");
  parts.now.classList.toggle("none", !row.now && !closed);
  parts.label.data = row.now ? row.now.name || "" : "";
  put(parts.tag, row.now && row.now.tag ? tagText(row.now.tag, tongue) : "");
  parts.tag.hidden = !parts.tag.textContent;
  parts.coming.forEach((span, index) => {
    const next = row.next[index];
    put(span, next ? next.number : "");
    span.className = next && next.staged ? "staged" : "";
    span.hidden = !next;
  });
  [parts.room, parts.doctor, parts.name].forEach((part) => fit(part, true));
  [parts.now, parts.next].forEach((part) => fit(part));
}

function stateText(state, until, language) {
  const ends = until && has(`${state}_until`, language);
  return t(ends ? `${state}_until` : state, language, { time: until });
}

function tagText(tag, language) {
  return has(tag, language) ? t(tag, language) : tag;
}

function drawStrip(tongue, other) {
  const label = (key) => (other ? t(key, tongue) + " " + t(key, other) : t(key, tongue));
  put(at("ready-label"), label("ready"));
  put(at("passed-label"), label("passed"));
  drawNumbers(
    at("ready"),
    picture.ready.map((cell) => cell.number),
  );
  drawNumbers(at("passed"), picture.passed);
  const more = picture.passed_count > picture.passed.length;
  put(at("more"), more ? t("more", tongue, { n: picture.passed_count }) : "");
  const help = at("passed-help");
  put(help, picture.passed.length ? t("passed_help", tongue) : "");
  if (help.scrollWidth > help.clientWidth) put(help, t("passed_help.short", tongue));
}

function drawNumbers(line, numbers) {
  while (line.children.length < numbers.length) piece(line, "span", "");
  Array.from(line.children).forEach((span, index) => {
    put(span, numbers[index] || "");
    span.hidden = index >= numbers.length;
  });
}

function drawBanners(tongue, other) {
  at("banners").className = "banners" + (picture.banners.length > 1 ? " two" : "");
  banners.forEach((parts, index) => {
    const banner = picture.banners[index];
    const key = banner ? banner.key + tongue : "";
    parts.banner.hidden = !banner;
    if (!banner || parts.key === key) {
      parts.key = key;
      return;
    }
    parts.key = key;
    const [please, to, end] = around(banner, tongue);
    const place = named(banner.place, tongue);
    parts.banner.className = "banner " + banner.kind;
    const texts = { please, number: banner.number, who: banner.name || "", to: place ? to : "", place, end };
    for (const part of Object.keys(texts)) {
      put(parts[part], texts[part]);
      parts[part].hidden = !texts[part];
    }
    put(parts.second, other ? secondLine(banner, other) : "");
    fit(parts.call, true);
  });
}

function secondLine(banner, language) {
  const [please, to, end] = around(banner, language);
  const place = named(banner.place, language);
  return [please, banner.number, place ? to : "", place, end].filter(Boolean).join(" ");
}

/* ---------------------------------------------------------------- sound, where this page is the loudspeaker */

let playing = "";
let secret = ""; // what the stream told this page, and no other: with it the page says how playing went

/* A browser may refuse to play before somebody touched the page; only a person can help, so the page asks for it. */
let allowed = false;

function refused() {
  at("tap").hidden = false;
}

function touched() {
  allowed = true;
  if (at("tap").hidden) return;
  at("tap").hidden = true;
  const player = at("sound");
  if (player.src) player.play().catch((error) => error.name === "NotAllowedError" && refused());
}

/* Ask the browser at once, not with the first call: a context that stays suspended may not play. */
function askForSound() {
  const Context = window.AudioContext || window.webkitAudioContext;
  if (asked.get("sound") !== "1" || !Context) return;
  const context = new Context();
  setTimeout(() => {
    if (!allowed && context.state === "suspended") refused();
    context.close();
  }, 1000);
}

function play(sound) {
  if (!sound || asked.get("sound") !== "1" || sound.name === playing) return;
  playing = sound.name;
  const player = at("sound");
  const say = (outcome) => {
    if (sound.name !== playing) return; // a newer sound took its place, and has the player now
    player.onended = player.onerror = null;
    fetch("/audio/" + sound.name + "/outcome", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Wall-Secret": secret },
      body: JSON.stringify({ outcome }),
    }).catch(() => undefined);
  };
  player.onended = () => say("spoken");
  player.onerror = () => say("failed");
  player.src = sound.address;
  player.play().then(
    () => {
      allowed = true;
      at("tap").hidden = true;
    },
    (error) => {
      if (error.name === "NotAllowedError") refused();
      say("failed");
    },
  );
}

/* ---------------------------------------------------------------- the agent */

function heardTime(time) {
  ahead = Date.parse(time.now) - Date.now();
  updated = time.updated ? Date.parse(time.updated) : null;
  tick();
}

function heardPicture(text) {
  if (text === drawn) return;
  drawn = text;
  picture = JSON.parse(text);
  if (picture) draw();
  tick();
}

/* When the stream stays away, ask as often as a stream would have told the time; never more than once a second. */
async function ask() {
  try {
    const state = await (await fetch("/state.json", { cache: "no-store" })).json();
    heardPicture(JSON.stringify(state.picture));
    heardTime(state.time);
    play(state.sound);
  } catch {
    tick();
  }
}

let source = null;

/* What cannot be read or drawn is told by the error's name: a browser's message may quote what it read. */
function hear(kind, act) {
  source.addEventListener(kind, (event) => {
    try {
      act(event.data);
    } catch (wrong) {
      console.error("what the agent sent cannot be shown", kind, wrong.name);
    }
  });
}

function listen() {
  source = new EventSource(asked.get("sound") === "1" ? "/stream?sound=1" : "/stream");
  hear("picture", heardPicture);
  hear("time", (data) => heardTime(JSON.parse(data)));
  hear("secret", (data) => {
    secret = JSON.parse(data);
  });
  hear("sound", (data) => play(JSON.parse(data)));
}

/* A television may hide the edge of the picture: ?inset=3 leaves 3 % of the screen free on each side. */
function leaveTheEdgeFree() {
  const inset = Math.min(10, Math.max(0, Number(asked.get("inset")) || 0));
  document.documentElement.style.setProperty("--shrink", String(1 - inset / 50));
}

["click", "keydown", "touchend"].forEach((kind) => document.addEventListener(kind, touched));
leaveTheEdgeFree();
askForSound();

function beat() {
  beats += 1;
  tick();
  if (source.readyState === EventSource.OPEN) return;
  if (beats % 2 === 0) ask();
  if (source.readyState === EventSource.CLOSED && beats % 10 === 0) listen();
}

let beats = 0;
loadTexts().then(() => {
  listen();
  setInterval(beat, 1000);
});
