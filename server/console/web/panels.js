// Owns the desk's panels on things: printers and their jobs, devices, rooms. Knows no ticket's life.

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { getWithRetry } from "/console/web/api.js";
import { clock } from "/console/web/clock.js";
import { ActionButton, healthWords, Online } from "/console/web/parts.js";
import { currentAt } from "/console/web/station_state.js";
import { currentLanguage, has, named, t } from "/console/web/texts.js";

const JOBS_SHOWN = 12;

const IN_PROGRESS = new Set(["queued", "leased", "sent"]);
const NOTHING_WRONG = new Set(["printed", "sent"]);

function PanelHead({ title, onClose }) {
  return html`<div class="spread row"><h2>${t(title)}</h2>
    <button type="button" class="button button-quiet" onClick=${onClose}>${t("close")}<kbd aria-hidden="true">Esc</kbd>
    </button></div>`;
}

/** The latest print jobs of the hall, read again when one of them changed; null until there is an answer. */
function usePrintJobs(hall) {
  const [jobs, setJobs] = useState(null);
  const seen = hall.print_jobs.map((job) => `${job.id}${job.state}`).join();
  useEffect(() => {
    let here = true;
    getWithRetry(`/console/halls/${encodeURIComponent(hall.hall)}/paper`, () => here).then(
      (answer) => here && answer?.status === 200 && setJobs(answer.body.jobs),
    );
    return () => {
      here = false;
    };
  }, [seen]);
  return jobs;
}

function reprint(desk, job) {
  const done = () => t("done.reprint", { number: job.number ?? "" });
  return desk.act(`reprint:${job.id}`, `/api/v1/print-jobs/${job.id}/reprint`, { reason: "desk" }, { done });
}

function printList(desk) {
  const path = `/api/v1/halls/${encodeURIComponent(desk.hall.hall)}/lists`;
  return desk.act("list", path, { language: currentLanguage() }, { done: () => t("done.list") });
}

function toneOf(state) {
  if (state === "printed") return "good";
  return IN_PROGRESS.has(state) ? "" : "bad";
}

/** What the printer said of a piece of paper that did not come out. */
function Evidence({ job }) {
  if (!job.evidence || NOTHING_WRONG.has(job.state)) return null;
  const text = has(`alert_text.${job.evidence}`) ? t(`alert_text.${job.evidence}`) : job.evidence;
  return html`<br /><span class="bad">${text}</span>`;
}

function Job({ desk, job }) {
  const device = job.device ? ` · ${desk.hall.devices.find((one) => one.id === job.device)?.name ?? ""}` : "";
  const copy = job.copy_number ? ` · ${t("job.copy", { count: job.copy_number })}` : "";
  return html`<li data-job=${job.state}>
    <span><b class="number">${job.number ?? "–"}</b> ${t(`job.${job.kind}`)}${copy} ·
      <span class=${toneOf(job.state)}> ${t(`job_state.${job.state}`)}</span>
      ${device}<${Evidence} job=${job} /></span>
    <${ActionButton} desk=${desk} name=${`reprint:${job.id}`} word=${t("reprint")}
      onClick=${() => reprint(desk, job)} />
  </li>`;
}

function unlock(desk, device) {
  const done = () => t("done.unlock", { name: device.name });
  return desk.act(`unlock:${device.id}`, `/api/v1/devices/${device.id}/unlock`, {}, { done });
}

function Device({ desk, device }) {
  const locked = desk.hall.alerts.some((alert) => alert.kind === "guessing" && alert.device === device.id);
  return html`<li data-online=${device.online}>
    <span><b>${device.name}</b> · ${t(`role.${device.role}`)}<br />
      <span class="secondary">${healthWords(device.health)}</span></span>
    ${
      locked
        ? html`<${ActionButton} desk=${desk} name=${`unlock:${device.id}`} word=${t("device.unlock")}
        onClick=${() => unlock(desk, device)} />`
        : null
    }
    <${Online} device=${device} />
  </li>`;
}

export function Machines({ desk, onClose }) {
  const { hall } = desk;
  const jobs = usePrintJobs(hall);
  const shown = (jobs ?? []).slice(0, JOBS_SHOWN);
  return html`<${PanelHead} title="machines.title" onClose=${onClose} />
    <section><div class="spread row"><h3>${t("jobs")}</h3>
      <${ActionButton} desk=${desk} name="list" word=${t("list.print")} onClick=${() => printList(desk)} /></div>
      ${jobs && !jobs.length ? html`<p class="secondary">${t("jobs.none")}</p>` : null}
      <ul class="jobs plain-none">${shown.map((job) => html`<${Job} key=${job.id} desk=${desk} job=${job} />`)}</ul>
    </section>
    <section><h3>${t("devices")}</h3>
      ${hall.devices.length ? null : html`<p class="secondary">${t("devices.none")}</p>`}
      <ul class="devices plain-none">${hall.devices.map(
        (device) => html`<${Device} key=${device.id} desk=${desk} device=${device} />`,
      )}</ul></section>`;
}

const STATES = { open: "open", pause: "paused", stop: "stopped" };

/** Who is in a room, and why it does not call. */
function RoomState({ hall, station }) {
  const here = currentAt(hall.tickets, station.id);
  const until = station.until ? ` ${clock(station.until, hall)}` : "";
  return html`<span><b>${named(station.name)}</b> ${station.doctor_name ?? ""}<br />
    <span class=${station.state === "open" ? "good" : "bad"}>${t(`station.${station.state}`)}${until}</span>
    ${
      here
        ? html` · <b
      class="number">${here.number}</b> ${t(`state.${here.state}`)}`
        : null
    } ${station.reason ?? ""}</span>`;
}

function Room({ desk, station, set }) {
  const others = Object.keys(STATES).filter((command) => STATES[command] !== station.state);
  return html`<li data-room=${station.id} data-state=${station.state}>
    <${RoomState} hall=${desk.hall} station=${station} />
    <span class="row-buttons">${others.map(
      (command) => html`<${ActionButton} key=${command} desk=${desk} name=${`${command}:${station.id}`}
        word=${t(`station.do_${command}`)} onClick=${() => set(station, command)} />`,
    )}</span></li>`;
}

export function Rooms({ desk, onClose }) {
  const [minutes, setMinutes] = useState("15");
  const [reason, setReason] = useState("");
  const set = (station, command) => {
    const body = { reason: reason.trim() || undefined };
    if (command === "pause") body.minutes = Number(minutes) || undefined;
    const done = () => t(`done.station_${command}`, { room: named(station.name) });
    return desk.act(`${command}:${station.id}`, `/api/v1/stations/${station.id}/${command}`, body, { done });
  };
  return html`<${PanelHead} title="rooms.title" onClose=${onClose} />
    <div class="form-row">
      <label class="field" for="pause-minutes"><span>${t("pause.minutes")}</span><input class="input" id="pause-minutes"
        inputmode="numeric" value=${minutes} onInput=${(event) => setMinutes(event.target.value)} /></label>
      <label class="field" for="pause-reason"><span>${t("reason")}</span><input class="input" id="pause-reason"
        maxlength="200" value=${reason} onInput=${(event) => setReason(event.target.value)} /></label>
    </div>
    <ul class="rooms plain-none">${desk.hall.stations.map(
      (station) => html`<${Room} key=${station.id} desk=${desk} station=${station} set=${set} />`,
    )}</ul>`;
}
