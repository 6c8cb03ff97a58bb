// Owns the page's frame: follows the agent's state and draws it; head, foot, the question "are you there". No rules.

import { html, render } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { fetchTexts } from "/shared/texts.js";
import { touch, wait } from "/web/agent.js";
import { Icon } from "/web/pictures.js";
import { listen } from "/web/reader.js";
import { phrases, SCREENS } from "/web/screens.js";

const GIVE_UP_AFTER = 3; // questions without an answer, about five seconds, before the page says so
const root = document.getElementById("kiosk");

/** Look texts up: t(key, {gap: text}); a problem nobody wrote of falls back to the text for any other. */
function textsIn(texts, language) {
  return (key, gaps = {}) => {
    const other = key.startsWith("problem.") && !texts.has(key, language);
    return texts.text(other ? "problem.other" : key, language, gaps);
  };
}

function Head({ seen, texts, t, say }) {
  const [clock, setClock] = useState("");
  useEffect(() => {
    const form = new Intl.DateTimeFormat("en-GB", { timeZone: seen.timezone, hour: "2-digit", minute: "2-digit" });
    const show = () => setClock(form.format(new Date()));
    show();
    const timer = setInterval(show, 1000);
    return () => clearInterval(timer);
  }, [seen.timezone]);
  const name = seen.hospital[seen.language] ?? seen.hospital.zh ?? t("hospital");
  return html`<header class="head">
    <div class="head-name"><p class="head-hospital">${name}</p><p class="secondary number">${clock}</p></div>
    <div class="head-keys" role="group" aria-label=${t("language")}>
      ${seen.languages.map(
        (tag) => html`<button type="button" class="button button-quiet" key=${tag}
        lang=${texts.languages[tag].tag} aria-pressed=${seen.language === tag} onClick=${() => say("language", tag)}>
        ${texts.languages[tag].name}</button>`,
      )}
      <button type="button" class="button button-quiet" data-act="size"
        onClick=${() => say("size", seen.elder ? "usual" : "elder")}>${t(seen.elder ? "size.usual" : "size.elder")}
      </button>
    </div>
  </header>`;
}

function Foot({ seen, t, say }) {
  const busy = seen.screen === "working" || seen.screen === "printing";
  const atHome = seen.screen === "home";
  return html`<footer class="foot">
    ${
      atHome
        ? null
        : html`<button type="button" class="button button-quiet" disabled=${busy}
      onClick=${() => say("back")}>‹ ${t("back")}</button>`
    }
    <button type="button" class=${`button button-quiet ${atHome ? "button-wide" : ""}`} disabled=${busy}
      onClick=${() => say("help")}><${Icon} name="help" /> ${t("task.help")}</button>
  </footer>`;
}

function StillThere({ t, say }) {
  const dialog = useRef();
  useEffect(() => {
    dialog.current.showModal();
  }, []);
  const keep = (event) => {
    event.preventDefault();
    say("stay");
  };
  return html`<dialog class="ask-there" ref=${dialog} onCancel=${keep} aria-labelledby="there">
    <h2 class="text-title" id="there">${t("still_there")}</h2>
    <button type="button" class="button button-primary" onClick=${() => say("stay")}>${t("still_there.yes")}</button>
    <button type="button" class="button button-quiet" onClick=${() => say("home")}>${t("still_there.no")}</button>
  </dialog>`;
}

function Kiosk({ seen, texts, say }) {
  const t = textsIn(texts, seen.language);
  const main = useRef();
  useEffect(() => {
    main.current?.querySelector("h1")?.focus({ preventScroll: true });
  }, [seen.step]);
  const Screen = SCREENS[seen.screen];
  return html`<div class="page">
    <${Head} seen=${seen} texts=${texts} t=${t} say=${say} />
    <main class=${`main main-${seen.screen}`} ref=${main} aria-live="polite">
      <${Screen} key=${seen.step} seen=${seen} t=${t} say=${say} />
    </main>
    <${Foot} seen=${seen} t=${t} say=${say} />
    ${seen.warned ? html`<${StillThere} t=${t} say=${say} />` : null}
  </div>`;
}

function Lost({ texts, languages }) {
  return html`<main class="lost">
    <${Icon} name="away" />
    ${languages.map(
      (tag) => html`<h1 class="text-title" key=${tag} lang=${texts.languages[tag].tag}>
      ${phrases(texts.text("agent_away", tag))}</h1>`,
    )}
  </main>`;
}

/** Fit the page to the glass: its width is 1080 px of its own, its height at least 1920. */
function fit() {
  const scale = Math.min(innerWidth / 1080, innerHeight / 1920);
  document.documentElement.style.setProperty("--fit", String(scale));
  document.documentElement.style.setProperty("--tall", `${innerHeight / scale}px`);
}

function dress(seen, texts) {
  const html = document.documentElement;
  html.lang = texts.languages[seen.language]?.tag ?? "zh-CN";
  html.dataset.size = seen.elder ? "elder" : "usual";
}

const later = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** The page's texts; asked for until they come, for a page without texts would stay dark. */
async function allTexts() {
  for (;;) {
    try {
      return await fetchTexts("kiosk");
    } catch {
      await later(1000);
    }
  }
}

async function run() {
  const texts = await allTexts();
  let seen = null;
  let languages = ["zh", "en"];
  let before = Promise.resolve();

  function draw(next) {
    if (seen && next.version < seen.version) return; // an older answer overtaken by a newer one
    if (seen && next.nonce !== seen.nonce) render(null, root); // another patient: nothing of this one stays in the page
    seen = next;
    languages = seen.languages;
    dress(seen, texts);
    render(html`<${Kiosk} seen=${seen} texts=${texts} say=${say} />`, root);
  }

  /** One tap after the other, none thrown away here: the agent leaves out those meant for a screen that is gone. */
  function say(verb, value, proof) {
    const on = seen;
    if (!on) return;
    before = before
      .then(() => touch(on, verb, value, proof))
      .then(draw)
      .catch((error) => console.warn("the agent did not take it", error.name));
  }

  fit();
  window.addEventListener("resize", fit);
  listen((code) => say("scan", code));
  for (const block of ["contextmenu", "dragstart"]) window.addEventListener(block, (event) => event.preventDefault());
  for (let silent = 0; ;) {
    try {
      draw(await wait(seen?.version ?? 0));
      silent = 0;
    } catch {
      silent += 1;
      if (silent >= GIVE_UP_AFTER) {
        seen = null;
        render(html`<${Lost} texts=${texts} languages=${languages} />`, root);
      }
      await later(1000);
    }
  }
}

run();
