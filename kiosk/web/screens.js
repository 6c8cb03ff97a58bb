// Owns what each screen shows: one question, its answers, nothing else. Draws the agent's state and decides nothing.

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { Proving, Typing } from "/web/keypad.js";
import { CardOnReader, Icon } from "/web/pictures.js";

const CARDS_ON_A_PAGE = 5;
const SETTLED_AFTER = 750; // milliseconds; a little longer than the agent's rule

function named(names, language) {
  return names?.[language] ?? names?.zh ?? Object.values(names ?? {})[0] ?? "";
}

/** A text that breaks between its phrases and sentences, so that no Chinese word is torn over two lines. */
export function phrases(text) {
  const parts = String(text).split(/(?<=[，。；：！、”」,;:])(?=[\u3400-\u9fff“「])|(?<=[.;:?!])(?= )/);
  if (parts.length < 2) return text;
  return parts.map((part) => html`${part.startsWith(" ") ? " " : ""}<span class="phrase">${part.trim()}</span>`);
}

function Title({ text, small = false }) {
  return html`<h1 class=${small ? "text-title" : "title"} tabindex="-1">${phrases(text)}</h1>`;
}

function timeOf(stamp, seen) {
  const form = new Intl.DateTimeFormat("en-GB", { timeZone: seen.timezone, hour: "2-digit", minute: "2-digit" });
  return stamp ? form.format(new Date(stamp)) : "";
}

function dateOf(stamp, seen) {
  if (stamp && !stamp.includes("T")) return stamp; // a day, a month or a year is no moment: printed as it is
  const form = new Intl.DateTimeFormat("en-CA", { timeZone: seen.timezone, dateStyle: "short" });
  return stamp ? form.format(new Date(stamp)) : "";
}

/** Today, tomorrow, yesterday, or the date, as a patient says it. */
function dayOf(stamp, seen, t) {
  const days = Math.round(
    (new Date(dateOf(stamp, seen)) - new Date(dateOf(new Date().toISOString(), seen))) / 86400000,
  );
  return { "-1": t("day.before"), 0: t("day.today"), 1: t("day.after") }[days] ?? dateOf(stamp, seen);
}

/** What is booked, in one sentence. */
function bookedAt(option, seen, t) {
  const { slot_start } = option.facts;
  return t("booked_at", {
    day: dayOf(slot_start, seen, t),
    time: timeOf(slot_start, seen),
    queue: named(option.title, seen.language),
  });
}

function Home({ seen, t, say }) {
  const tasks = seen.tasks.filter((task) => task !== "help"); // a person is asked for below, on every screen
  return html`<div class="screen">
    ${
      seen.online && seen.can_print
        ? null
        : html`<p class="notice notice-attention text-small" role="status">
      ${phrases(t(seen.online ? "no_paper" : "offline"))}</p>`
    }
    <${Title} text=${t("welcome")} />
    <div class="cards">
      ${tasks.map(
        (task, index) => html`<button type="button" key=${task} data-task=${task}
        class=${`card task ${index === 0 ? "task-first" : ""}`} onClick=${() => say("task", task)}>
        <${Icon} name=${task} />
        <span class="task-words"><span class="text-title">${t(`task.${task}`)}</span>
          <span class="text-small task-help">${t(`task.${task}.help`)}</span></span>
      </button>`,
      )}
    </div>
  </div>`;
}

function Identify({ seen, t, say }) {
  const [typing, setTyping] = useState(false);
  const said = seen.message
    ? html`<p class="notice notice-attention text-small" role="alert">${phrases(t(seen.message.key))}</p>`
    : null;
  if (typing) {
    return html`<div class="screen">
      ${said}
      <${Typing} t=${t} done=${(code, proof) => say("typed", code, proof)} leave=${() => setTyping(false)} />
    </div>`;
  }
  return html`<div class="screen">
    <${Title} text=${t("identify_title")} />
    ${said}
    <${CardOnReader} />
    <p class="text-body centre">${phrases(t("identify_help"))}</p>
    <div class="choices">
      <button type="button" class="button button-quiet button-wide" data-act="type"
        onClick=${() => setTyping(true)}>${t("identify_type")}</button>
      ${
        seen.task === "walk_in"
          ? html`<button type="button" class="button button-quiet button-wide" data-act="skip"
        onClick=${() => say("skip")}>${t("identify_skip")}</button>`
          : null
      }
    </div>
  </div>`;
}

/** A card was read: what only its owner knows is asked for before anything is shown. */
function Proof({ seen, t, say }) {
  const key = seen.message?.key ?? "proof_why";
  return html`<div class="screen">
    <p class=${`notice text-small ${key === "proof_why" ? "" : "notice-attention"}`} role=${key === "proof_wrong" ? "alert" : "status"}>${phrases(t(key))}</p>
    <${Proving} t=${t} kinds=${seen.proofs} done=${(proof) => say("prove", proof)}
      leave=${() => say("prove", "none")} leaving="proof_none" />
  </div>`;
}

function usePages(items, size) {
  const [page, setPage] = useState(0);
  const pages = Math.max(1, Math.ceil(items.length / size));
  return { shown: items.slice(page * size, (page + 1) * size), page, pages, turn: (by) => setPage(page + by) };
}

function Pager({ t, page, pages, turn }) {
  if (pages < 2) return null;
  return html`<nav class="pager" aria-label=${t("pages")}>
    <button type="button" class="button button-quiet" disabled=${page === 0} onClick=${() => turn(-1)}>
      ‹ ${t("page_before")}</button>
    <span class="number text-small">${page + 1} / ${pages}</span>
    <button type="button" class="button button-quiet" disabled=${page === pages - 1} onClick=${() => turn(1)}>
      ${t("page_after")} ›</button>
  </nav>`;
}

function detail(option, seen, t) {
  const { slot_start, doctor_name, number, state, here, when, today } = option.facts;
  const parts = [];
  if (slot_start && today === false) parts.push(dayOf(slot_start, seen, t));
  if (number) parts.push(t("number_is", { number }));
  if (slot_start) parts.push(timeOf(slot_start, seen));
  if (doctor_name) parts.push(doctor_name);
  if (here === false) parts.push(named(option.facts.hall_name, seen.language));
  if (when === "too_early" || when === "too_late") parts.push(t(`when.${when}`));
  if (option.kind === "ticket" && state) parts.push(t(`state.${state}`));
  return parts.join(" · ");
}

function Choose({ seen, t, say }) {
  const list = usePages(seen.options, seen.elder ? 3 : CARDS_ON_A_PAGE);
  const kind = seen.options[0]?.kind ?? "queue";
  return html`<div class="screen">
    <${Title} text=${t(`choose.${kind}`)} />
    <div class="cards">
      ${list.shown.map(
        (option) => html`<button type="button" class="card task" key=${option.value}
        data-option=${option.value} onClick=${() => say("choose", option.value)}>
        <span class="task-words"><span class="text-title">${named(option.title, seen.language)}</span>
          ${
            detail(option, seen, t)
              ? html`<span class="text-small secondary number">${detail(option, seen, t)}</span>`
              : null
          }</span>
      </button>`,
      )}
    </div>
    <${Pager} t=${t} ...${list} />
  </div>`;
}

/** What is booked is not for here and now: where to go, and when; or another clinic of this hall. */
function Direction({ seen, t, say }) {
  const { choice } = seen;
  const { here, when, today, opens_at } = choice.facts;
  const time =
    when === "too_late"
      ? t("direction.too_late")
      : when === "too_early" && today
        ? opens_at
          ? t("direction.opens", { time: timeOf(opens_at, seen) })
          : ""
        : when === "too_early"
          ? t("direction.that_day")
          : "";
  return html`<div class="screen screen-middle">
    <div class="picture picture-attention"><${Icon} name=${here === false ? "place" : "passed"} /></div>
    <${Title} small=${true} text=${bookedAt(choice, seen, t)} />
    ${
      here === false && when !== "too_late"
        ? html`
      <p class="text-title strong">${phrases(t("direction.go", { place: named(choice.facts.hall_name, seen.language) }))}</p>
      <p class="text-body">${phrases(named(choice.facts.place, seen.language))}</p>`
        : null
    }
    ${time ? html`<p class="notice notice-attention text-body">${phrases(time)}</p>` : null}
    <div class="choices">
      <button type="button" class="button button-primary button-wide button-tall" data-act="home"
        onClick=${() => say("home")}>${t("to_start")}</button>
      <button type="button" class="button button-quiet button-wide" data-act="other"
        onClick=${() => say("other")}>${t("direction.other")}</button>
    </div>
  </div>`;
}

/** Whether the screen has been shown long enough for an answer; the agent counts none before (kiosk/machine/flow.py). */
function useSettled() {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), SETTLED_AFTER);
    return () => clearTimeout(timer);
  }, []);
  return settled;
}

/** Both answers weigh the same; on the second of two such screens they change places, so that a habit passes neither. */
function Symptoms({ t, say, title, items, verb, none, some, someFirst = false }) {
  const settled = useSettled();
  const answers = [
    ["none", none, "none_of_these"],
    ["some", some, "one_of_these"],
  ];
  if (someFirst) answers.reverse();
  return html`<div class="screen">
    <${Title} small=${true} text=${t(title)} />
    <ul class="symptoms">${items.map((item) => html`<li key=${item}>${t(item)}</li>`)}</ul>
    <div class="choices">
      ${answers.map(
        ([act, value, word]) => html`<button type="button" class="button button-quiet button-wide button-tall"
        key=${act} data-act=${act} disabled=${!settled} onClick=${() => say(verb, value)}>${t(word)}</button>`,
      )}
    </div>
  </div>`;
}

function Health(props) {
  return html`<${Symptoms} ...${props} title="health_title" items=${props.seen.signs.map((flag) => `flag.${flag}`)}
    verb="health" none="none" some="some" />`;
}

function Fever(props) {
  return html`<${Symptoms} ...${props} title="fever_title" items=${props.seen.signs.map((sign) => `sign.${sign}`)}
    verb="fever" none="no" some="yes" someFirst=${true} />`;
}

function Confirm({ seen, t, say }) {
  const settled = useSettled();
  const { choice, person } = seen;
  const facts = choice?.facts ?? {};
  const rows = [
    ["row.name", person],
    ["row.queue", named(choice?.title, seen.language)],
    ["row.doctor", facts.doctor_name],
    ["row.slot", timeOf(facts.slot_start, seen)],
    ["row.number", facts.number],
  ].filter(([, value]) => value);
  return html`<div class="screen">
    <${Title} text=${t("confirm_title")} />
    ${
      seen.booked
        ? html`<p class="notice notice-attention text-body" role="status">
      ${phrases(t(seen.booked.facts.here === false ? "booked_elsewhere" : "booked_other", { booked: bookedAt(seen.booked, seen, t), place: named(seen.booked.facts.hall_name, seen.language) }))}</p>`
        : null
    }
    <dl class="facts card">
      ${rows.map(
        ([label, value]) => html`<div key=${label}><dt class="secondary">${t(label)}</dt>
        <dd class="number">${value}</dd></div>`,
      )}
    </dl>
    <div class="choices">
      <button type="button" class="button button-primary button-wide button-tall" data-act="confirm" disabled=${!settled}
        onClick=${() => say("confirm")}>${t("confirm")}</button>
      <button type="button" class="button button-quiet button-wide" data-act="not-me"
        onClick=${() => say("home")}>${t(person ? "not_me" : "cancel")}</button>
    </div>
  </div>`;
}

function Busy({ seen, t }) {
  const printing = seen.screen === "printing";
  return html`<div class="screen screen-middle">
    <div class=${printing ? "paper-moves" : "dots"} aria-hidden="true"><i></i><i></i><i></i></div>
    <${Title} text=${t(printing ? "printing" : "working")} />
    ${printing && seen.finished?.number ? html`<p class="big-number number">${seen.finished.number}</p>` : null}
  </div>`;
}

function where(finished, seen, t) {
  const place = named(finished.place, seen.language);
  return place ? t("wait_at", { place }) : t("wait_here");
}

function ahead(finished, t) {
  if (finished.ahead === null) return null;
  return finished.ahead === 0 ? t("ahead_none") : t("ahead", { count: String(finished.ahead) });
}

function Done({ seen, t, say }) {
  const { finished } = seen;
  const failed = finished.paper === "failed";
  const note = named(finished.note, seen.language);
  const moved = named(finished.moved_to, seen.language);
  const line = finished.again
    ? "keep_slip"
    : ["printed", "sent"].includes(finished.paper)
      ? "take_slip"
      : "remember_number";
  return html`<div class=${`screen screen-middle ${note ? "with-note" : ""}`} onClick=${() => say("home")}>
    <${Title} text=${t(finished.again ? "done_again" : "done_title")} />
    <p class="big-number number">${finished.number}</p>
    <p class="text-body secondary">${named(finished.queue, seen.language)}</p>
    ${
      failed
        ? html`<p class="notice notice-attention text-body" role="alert">${phrases(moved ? t("slip_moved", { place: moved }) : t("slip_failed"))}</p>`
        : html`<p class="notice notice-good text-body">${t(line)}</p>`
    }
    <p class="text-title centre">${phrases(where(finished, seen, t))}</p>
    ${note ? html`<p class="notice notice-attention text-body" role="status" data-note>${phrases(note)}</p>` : null}
    ${ahead(finished, t) ? html`<p class="text-body secondary number">${ahead(finished, t)}</p>` : null}
  </div>`;
}

function Later({ causes, t }) {
  return html`<div class="notice notice-attention text-small later" role="status">
    <p>${t("later")}</p>
    <ul>${causes.map(
      ({ cause, count }) => html`<li key=${cause}>
      ${t(`later.${cause}`, { count: String(count) })}</li>`,
    )}</ul>
  </div>`;
}

function Place({ seen, t }) {
  const { finished } = seen;
  const [low, high] = finished.wait;
  const waits = finished.reason === "waiting" || finished.reason === "checked_in";
  return html`<div class="screen screen-middle">
    <${Title} text=${t("place_title")} />
    <p class="big-number number">${finished.number}</p>
    <p class="text-body secondary">${named(finished.queue, seen.language)}</p>
    <p class="text-title centre">
      ${phrases(t(`place.${finished.reason}`, { place: named(finished.place, seen.language) }))}</p>
    ${waits && ahead(finished, t) ? html`<p class="text-title number">${ahead(finished, t)}</p>` : null}
    ${
      waits && high
        ? html`<p class="text-body secondary number">
      ${t("minutes", { low: String(low ?? 0), high: String(high) })}</p>`
        : null
    }
    ${waits && high && finished.later.length ? html`<${Later} causes=${finished.later} t=${t} />` : null}
  </div>`;
}

function AskPaper({ seen, t, say }) {
  return html`<div class="screen screen-middle">
    <${Title} text=${t("ask_paper")} />
    ${seen.finished?.number ? html`<p class="big-number number">${seen.finished.number}</p>` : null}
    <div class="choices">
      <button type="button" class="button button-primary button-wide button-tall" data-act="yes"
        onClick=${() => say("paper", "yes")}>${t("ask_paper.yes")}</button>
      <button type="button" class="button button-quiet button-wide button-tall" data-act="no"
        onClick=${() => say("paper", "no")}>${t("ask_paper.no")}</button>
    </div>
  </div>`;
}

function Report({ option, seen, t, say }) {
  const { issued_at, text } = option.facts;
  const says = option.printable ? "" : named(text, seen.language);
  return html`<li class="card report">
    <div>
      <p class="text-body strong">${named(option.title, seen.language) || t("report")}</p>
      <p class="text-small secondary">${[dateOf(issued_at, seen), says].filter(Boolean).join(" · ")}</p></div>
    ${
      option.printed
        ? html`<span class="text-small printed">${t("printed")}</span>`
        : option.printable
          ? html`<button type="button" class="button button-primary" data-report=${option.id}
          onClick=${() => say("print", option.id)}>${t("print")}</button>`
          : null
    }
  </li>`;
}

function Reports({ seen, t, say }) {
  // what waits at the desk is counted and not named, the same for every reason
  const listed = seen.options.filter((option) => !option.facts.withheld);
  const atDesk = seen.options.length - listed.length;
  const list = usePages(atDesk ? [...listed, null] : listed, seen.elder ? 2 : 4);
  const open = seen.options.filter((option) => option.printable && !option.printed).length;
  return html`<div class="screen">
    <${Title} text=${t("reports_title")} />
    ${
      seen.message
        ? html`<p class="notice notice-attention text-small" role="alert">
      ${phrases(t(seen.message.key))}</p>`
        : null
    }
    <ul class="cards reports">
      ${list.shown.map((option) =>
        option
          ? html`<${Report} key=${option.value} option=${option} seen=${seen} t=${t} say=${say} />`
          : html`<li class="card report" key="desk" data-at-desk=${atDesk}>
          <p class="text-body strong">${phrases(t("reports_at_desk", { count: String(atDesk) }))}</p></li>`,
      )}
    </ul>
    <${Pager} t=${t} ...${list} />
    ${
      open > 1
        ? html`<button type="button" class="button button-primary button-wide button-tall" data-act="print-all"
      onClick=${() => say("print", "all")}>${t("print_all", { count: String(open) })}</button>`
        : null
    }
    <button type="button" class="button button-quiet button-wide" onClick=${() => say("home")}>${t("finish")}</button>
  </div>`;
}

function Notice({ seen, t, say }) {
  const picture = ["away", "help_by_foot"].includes(seen.message.key) ? "away" : "attention";
  return html`<div class="screen screen-middle">
    <div class="picture picture-attention"><${Icon} name=${picture} /></div>
    <${Title} text=${t(seen.message.key, seen.message.values)} />
    <button type="button" class="button button-primary button-wide button-tall" data-act="home"
      onClick=${() => say("home")}>${t("to_start")}</button>
  </div>`;
}

/** Staff has been told: what to do, and who comes as soon as somebody said so. Never that somebody comes before that. */
function Staff({ seen, t }) {
  const { key, text } = seen.message;
  const who = named(seen.coming, seen.language);
  return html`<div class=${`screen screen-middle staff ${key === "staff_called" ? "" : "staff-urgent"}`} role="alert">
    <div class="picture"><${Icon} name="person" /></div>
    <${Title} text=${named(text, seen.language) || t(key)} />
    ${who ? html`<p class="staff-coming text-title" role="status">${who}</p>` : null}
    ${!who && seen.awaited ? html`<p class="text-body" role="status">${t("staff_told")}</p>` : null}
  </div>`;
}

export const SCREENS = {
  home: Home,
  identify: Identify,
  proof: Proof,
  choose: Choose,
  direction: Direction,
  health: Health,
  fever: Fever,
  confirm: Confirm,
  working: Busy,
  printing: Busy,
  done: Done,
  place: Place,
  ask_paper: AskPaper,
  reports: Reports,
  notice: Notice,
  staff: Staff,
};
