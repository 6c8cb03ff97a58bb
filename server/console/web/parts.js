// Owns the small parts every live page is made of: grade, wait, chips, buttons, head, foot, dialogs. Holds no state.

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { post, signOut } from "/console/web/api.js";
import { UNREACHABLE } from "/console/web/command.js";
import { LanguageButtons } from "/console/web/languages.js";
import { has, named, t } from "/console/web/texts.js";
import { levelOf } from "/console/web/waits.js";

/** A level as colour, shape and word; `wordy` false leaves the word to the ear alone. */
export function Grade({ level, wordy = true }) {
  if (!level) return html`<span class="level level-none"><span aria-hidden="true">◌</span> ${t("grade.none")}</span>`;
  const word = named(level.names).split(/[((,]/)[0].trim();
  return html`<span class="level">
    <span class=${`shape shape-${level.colour}`} aria-hidden="true">${level.symbol}</span>
    <span class=${wordy ? "level-word" : "visually-hidden"}>${
      level.code === word
        ? null
        : html`<span
      class="level-code">${level.code}</span> `
    }<span class="level-name">${word}</span></span>
  </span>`;
}

/** A wait against its target as text and a thin bar. */
export function Wait({ wait }) {
  if (!wait) return html`<span class="wait"></span>`;
  const told = t(wait.state === "overdue" ? "wait.told_overdue" : "wait.told", wait);
  return html`<span class=${`wait wait-${wait.state}`}>
    <span class="visually-hidden">${told}</span>
    <span class="wait-text number" aria-hidden="true"><b>${wait.minutes}′</b>/${wait.target}′${
      wait.state === "overdue" ? html` <strong>${t("wait.overdue")}</strong>` : null
    }</span>
    <svg class="wait-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect class="wait-ground" width="100" height="4" /><rect class="wait-done"
        width=${Math.min(100, wait.share * 100)} height="4" />
    </svg>
  </span>`;
}

/** Why a ticket stands where it stands: lane, policy tags, slot, room, reason of a hold. */
export function Chips({ ticket, hall, zone }) {
  const room = hall.stations.find((station) => station.id === ticket.station);
  const slot =
    ticket.slot &&
    new Date(ticket.slot).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
  return html`<span class="chips">
    ${
      ticket.lane !== "ordinary"
        ? html`<span
      class=${`chip chip-${ticket.lane}`}>${t(`lane.${ticket.lane}`)}</span>`
        : null
    }
    ${ticket.tags.map(
      (tag) => html`<span class="tag" key=${tag}
      title=${has(`tag.${tag}`) ? t(`tag.${tag}`) : tag}>${tag}</span>`,
    )}
    ${
      ticket.flags?.length
        ? html`<span
      class="chip chip-flag">⚑ ${t("flags.some", { count: ticket.flags.length })}</span>`
        : null
    }
    ${slot ? html`<span class="chip number">${t("slot", { slot })}</span>` : null}
    ${room ? html`<span class="chip chip-room">${t(`state.${ticket.state}`)} · ${named(room.name)}</span>` : null}
    ${
      ticket.rescue_place && ticket.state === "serving"
        ? html`<span
      class="chip chip-room">${t("state.serving")} · ${ticket.rescue_place}</span>`
        : null
    }
    ${ticket.state === "held" ? html`<span class="chip">${holdWords(ticket.hold_reason)}</span>` : null}
    ${ticket.state === "passed" ? html`<span class="chip">${t("passes", { count: ticket.passes ?? 1 })}</span>` : null}
  </span>`;
}

/** A reason of a hold in words: ours are translated, what somebody typed stands as typed. */
export function holdWords(reason) {
  const [code, ...rest] = (reason ?? "").split(": ");
  const label = has(`hold.${code}`) ? t(`hold.${code}`) : code;
  return rest.length ? t("labelled", { label, words: rest.join(": ") }) : label;
}

/** A button that sends a command: waits while it is on its way, says when it is tried again. `command` names it. */
export function ActionButton({
  desk,
  name,
  command = name,
  word,
  hotkey,
  kind = "quiet",
  disabled,
  why,
  onClick,
  wide = false,
}) {
  const pending = desk.pending[command];
  const off = Boolean(disabled || pending);
  const label = pending?.attempt ? t("command.again_short", { attempt: pending.attempt }) : word;
  return html`<button type="button"
    class=${`button button-${kind} ${wide ? "button-double" : ""} ${pending ? "is-pending" : ""}`}
    data-act=${name} aria-disabled=${off} aria-busy=${Boolean(pending)} aria-keyshortcuts=${hotkey} title=${why}
    onClick=${(event) => {
      if (pending) return;
      if (disabled && !why) return;
      onClick(event);
    }}>
    <span>${label}</span>${hotkey ? html`<kbd aria-hidden="true">${hotkey}</kbd>` : null}
  </button>`;
}

/** How the link is, in shape and word; silent about it being fine, loud about the rest. */
export function Link({ desk }) {
  const at = desk.contact ? new Date(desk.contact).toLocaleTimeString("en-GB", { timeZone: desk.hall.timezone }) : "–";
  return html`<p class=${`link link-${desk.link}`} role="status" data-link=${desk.link}>
    <span aria-hidden="true">${{ live: "●", polling: "◐", lost: "✕", broken: "✕", connecting: "…" }[desk.link]}</span>
    ${t(`link.${desk.link}`, { at })}
  </p>`;
}

const REPORTING = new Set(["kiosk", "caller", "station"]);

/** Whether a machine that should report to the server does not; a hospital system's workstation need not. */
export function isMissing(device) {
  return !device.online && REPORTING.has(device.role);
}

const WELL = new Set(["fine", "near_end", "no_status_channel", "printing", "none", "unknown"]);

/** What a machine that is online says is wrong with it, in the reader's words; "" where nothing is. */
export function trouble(device) {
  const { printer, voice, ends } = device.health ?? {};
  if (printer && !WELL.has(printer)) return has(`health.printer.${printer}`) ? t(`health.printer.${printer}`) : printer;
  if (ends === "refused") return t("health.ends.refused");
  return voice === "silent" ? t("health.voice.silent") : "";
}

/** How a machine says that it is: printer, paper, voice, screens. */
export function healthWords(health) {
  return Object.entries(health ?? {})
    .filter(([name, value]) => typeof value === "string" || (name === "screens" && value !== null))
    .map(([name, value]) =>
      name === "screens"
        ? t("health.screens", { count: value })
        : has(`health.${name}.${value}`)
          ? t(`health.${name}.${value}`)
          : `${name} ${value}`,
    )
    .filter(Boolean)
    .slice(0, 4)
    .join(" · ");
}

/** Whether a machine is there and well, in shape and word. */
export function Online({ device }) {
  if (!device.online && !isMissing(device)) return html`<span class="secondary">${t("no_report")}</span>`;
  const wrong = device.online && trouble(device);
  if (wrong) return html`<span class="bad"><span aria-hidden="true">▲</span> ${wrong}</span>`;
  return html`<span class=${device.online ? "good" : "bad"}><span
    aria-hidden="true">${device.online ? "●" : "✕"}</span> ${t(device.online ? "online" : "offline")}</span>`;
}

function Clock({ desk }) {
  const zone = desk.hall.timezone;
  return html`<span class="number clock">${new Date(desk.now()).toLocaleTimeString("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: zone,
  })}</span>`;
}

/** The head of a page: where, who, link, language, way out. */
export function Head({ desk, page, onLanguage, children }) {
  const pages = desk.me.role === "nurse" ? ["nurse", "board"] : ["doctor", "board"];
  return html`<header class="head">
    <h1 class="head-title">${named(desk.hall.name)}<span class="visually-hidden"> ${t(`title.${page}`)}</span></h1>
    <nav aria-label=${t("pages")}>${pages.map(
      (name) => html`<a key=${name} href=${`/${name}`}
      aria-current=${name === page ? "page" : undefined}>${t(`title.${name}`)}</a>`,
    )}</nav>
    ${children}
    <${Link} desk=${desk} />
    <${Clock} desk=${desk} />
    <${LanguageButtons} redraw=${onLanguage} />
    <span class="head-me" title=${desk.me.username}>${desk.me.name}</span>
    <button type="button" class="plain" data-act="sign-out" onClick=${signOut}>${t("sign_out")}</button>
  </header>`;
}

/** The foot of a page: the notice, the last action with its undo, always in the same place. */
export function Foot({ desk, keys, compact = false }) {
  const trying = Object.values(desk.pending).find((pending) => pending.attempt);
  const left = desk.last ? Math.max(0, Math.ceil((desk.last.until - desk.now()) / 1000)) : 0;
  const { notice } = desk;
  return html`<footer class="foot">
    ${compact && desk.link !== "live" ? html`<${Link} desk=${desk} />` : null}
    <div class="foot-undo">
      ${
        desk.last
          ? html`<span class="foot-last">${desk.last.text}</span>
        <${ActionButton} desk=${desk} name="undo" word=${t("undo", { left })} hotkey="Z" kind="primary"
          onClick=${() => desk.undo()} />`
          : html`<span class="secondary">${t("undo.none")}</span>`
      }
    </div>
    <div class="foot-said" role="status" aria-live="polite">
      ${
        trying
          ? html`<span
        class="say say-attention">${t(`command.again_${trying.cause ?? "link"}`, trying)}</span>`
          : null
      }
      ${
        !trying && notice && notice.tone !== "danger"
          ? html`<span
        class=${`say say-${notice.tone}`}>${notice.text}</span>`
          : null
      }
    </div>
    <div class="foot-alarm" role="alert">${
      !trying && notice?.tone === "danger"
        ? html`<span
      class="say say-danger">${notice.text}</span>`
        : null
    }</div>
    <button type="button" class="plain foot-keys" data-act="keys" aria-keyshortcuts="?"
      onClick=${keys}>${t("keys.open")} <kbd aria-hidden="true">?</kbd></button>
  </footer>`;
}

/** A modal box that closes on Escape and gives the focus back. */
export function Dialog({ title, onClose, children, closable = true }) {
  const box = useRef();
  useEffect(() => {
    const before = document.activeElement;
    box.current.showModal();
    box.current.querySelector("input:checked")?.focus(); // not the first of the choices, which a modal box would take
    return () => before?.focus?.();
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    if (closable) onClose();
  };
  return html`<dialog class="dialog" ref=${box} onCancel=${cancel} aria-labelledby="dialog-title">
    <h2 class="text-title" id="dialog-title">${title}</h2>
    ${children}
    ${
      closable
        ? html`<button type="button" class="button button-quiet" onClick=${onClose}>${t("close")} <kbd
      aria-hidden="true">Esc</kbd></button>`
        : null
    }
  </dialog>`;
}

/** All keys of a page: [[key, words], …]. */
export function Keys({ keys, onClose }) {
  return html`<${Dialog} title=${t("keys.title")} onClose=${onClose}>
    <dl class="keys">${keys.map(
      ([key, word]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${word}</dd>
      </div>`,
    )}</dl>
  <//>`;
}

/** The session ended: the same person signs in again without losing the page. */
export function SignInAgain({ desk }) {
  const [refused, setRefused] = useState("");
  const submit = async (event) => {
    event.preventDefault();
    try {
      const { status, body } = await post("/api/v1/session", {
        username: desk.me.username,
        password: event.target.password.value,
      });
      if (status === 200) return desk.signedIn();
      setRefused(body.title);
    } catch (error) {
      if (error.code !== UNREACHABLE) throw error;
      setRefused(t("login.unreachable"));
    }
  };
  return html`<${Dialog} title=${t("session.ended")} closable=${false}>
    <form class="stack" onSubmit=${submit}>
      <p>${t("session.again", { name: desk.me.name })}</p>
      ${refused ? html`<p class="field-error" role="alert">${refused}</p>` : null}
      <label class="field" for="again"><span>${t("login.password")}</span>
        <input class="input" id="again" name="password" type="password" autocomplete="current-password" required />
          </label>
      <button class="button button-primary" type="submit">${t("login.submit")}</button>
      <button class="plain" type="button" onClick=${signOut}>${t("session.other")}</button>
    </form>
  <//>`;
}

/** What is being done to a ticket is written at its head: number, name, grade. */
export function TicketHead({ ticket, hall, reference }) {
  return html`<p class="ticket-head"><span class="number text-display">${ticket.number}</span>
    <span class="ticket-name">${ticket.name ?? ticket.display_name ?? ""}</span>
    <${Grade} level=${levelOf(ticket, hall, reference)} /></p>`;
}

/** Redraw when the desk changes. */
export function useDesk(desk) {
  const [, redraw] = useState(0);
  useEffect(() => desk.subscribe(() => redraw((count) => count + 1)), [desk]);
  return () => redraw((count) => count + 1);
}

/** Hear keys anywhere but in fields; `commands` maps a key to what it does. */
export function useKeys(commands) {
  const latest = useRef(commands);
  latest.current = commands;
  useEffect(() => {
    const hear = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]"))
        return;
      const field = event.target.closest("input, textarea, select");
      if (field && event.key !== "Escape") return;
      if (event.repeat && !event.key.startsWith("Arrow")) return;
      const run = latest.current[event.key.length === 1 ? event.key.toUpperCase() : event.key];
      if (!run) return;
      if (event.key === "Enter" && event.target.closest("button, a, [role=radio]")) return;
      event.preventDefault();
      run(event);
    };
    window.addEventListener("keydown", hear);
    return () => window.removeEventListener("keydown", hear);
  }, []);
}
