// Owns the desk's panels on things: printers and their jobs, devices, rooms. Knows no ticket's life.

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { getWithRetry } from "/console/web/api.js";
import { ActionButton, healthWords, Online } from "/console/web/parts.js";
import { has, named, t, currentLanguage } from "/console/web/texts.js";

const JOBS_SHOWN = 12;

export function Machines({ desk, onClose }) {
  const { hall } = desk;
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
  const reprint = (job) =>
    desk.act(
      `reprint:${job.id}`,
      `/api/v1/print-jobs/${job.id}/reprint`,
      { reason: "desk" },
      { done: () => t("done.reprint", { number: job.number ?? "" }) },
    );
  const list = () =>
    desk.act(
      "list",
      `/api/v1/halls/${encodeURIComponent(hall.hall)}/lists`,
      { language: currentLanguage() },
      { done: () => t("done.list") },
    );
  const names = Object.fromEntries(hall.devices.map((device) => [device.id, device.name]));
  return html`<div class="spread row"><h2>${t("machines.title")}</h2><button type="button" class="button button-quiet" onClick=${onClose}>${t("close")}<kbd aria-hidden="true">Esc</kbd></button></div>
    <section><div class="spread row"><h3>${t("jobs")}</h3><${ActionButton} desk=${desk} name="list" word=${t("list.print")} onClick=${list} /></div>
      ${jobs && !jobs.length ? html`<p class="secondary">${t("jobs.none")}</p>` : null}
      <ul class="jobs plain-none">${(jobs ?? []).slice(0, JOBS_SHOWN).map(
        (job) => html`<li key=${job.id} data-job=${job.state}>
        <span><b class="number">${job.number ?? "–"}</b> ${t(`job.${job.kind}`)}${job.copy_number ? ` · ${t("job.copy", { count: job.copy_number })}` : ""} ·
          <span class=${job.state === "printed" ? "good" : ["queued", "leased", "sent"].includes(job.state) ? "" : "bad"}> ${t(`job_state.${job.state}`)}</span>
          ${job.device ? ` · ${names[job.device] ?? ""}` : ""}${job.evidence && job.state !== "printed" && job.state !== "sent" ? html`<br /><span class="bad">${has(`alert_text.${job.evidence}`) ? t(`alert_text.${job.evidence}`) : job.evidence}</span>` : null}</span>
        <${ActionButton} desk=${desk} name=${`reprint:${job.id}`} word=${t("reprint")} onClick=${() => reprint(job)} />
      </li>`,
      )}</ul></section>
    <section><h3>${t("devices")}</h3>
      ${hall.devices.length ? null : html`<p class="secondary">${t("devices.none")}</p>`}
      <ul class="devices plain-none">${hall.devices.map(
        (device) => html`<li key=${device.id} data-online=${device.online}>
        <span><b>${device.name}</b> · ${t(`role.${device.role}`)}<br /><span class="secondary">${healthWords(device.health)}</span></span>
        ${
          hall.alerts.some((alert) => alert.kind === "guessing" && alert.device === device.id)
            ? html`<${ActionButton} desk=${desk} name=${`unlock:${device.id}`} word=${t("device.unlock")}
          onClick=${() => desk.act(`unlock:${device.id}`, `/api/v1/devices/${device.id}/unlock`, {}, { done: () => t("done.unlock", { name: device.name }) })} />`
            : null
        }
        <${Online} device=${device} />
      </li>`,
      )}</ul></section>`;
}

export function Rooms({ desk, onClose }) {
  const { hall } = desk;
  const [minutes, setMinutes] = useState("15");
  const [reason, setReason] = useState("");
  const set = (station, state) =>
    desk.act(
      `${state}:${station.id}`,
      `/api/v1/stations/${station.id}/${state}`,
      state === "pause"
        ? { minutes: Number(minutes) || undefined, reason: reason.trim() || undefined }
        : { reason: reason.trim() || undefined },
      { done: () => t(`done.station_${state}`, { room: named(station.name) }) },
    );
  return html`<div class="spread row"><h2>${t("rooms.title")}</h2><button type="button" class="button button-quiet" onClick=${onClose}>${t("close")}<kbd aria-hidden="true">Esc</kbd></button></div>
    <div class="form-row">
      <label class="field" for="pause-minutes"><span>${t("pause.minutes")}</span><input class="input" id="pause-minutes" inputmode="numeric" value=${minutes} onInput=${(event) => setMinutes(event.target.value)} /></label>
      <label class="field" for="pause-reason"><span>${t("reason")}</span><input class="input" id="pause-reason" maxlength="200" value=${reason} onInput=${(event) => setReason(event.target.value)} /></label>
    </div>
    <ul class="rooms plain-none">${hall.stations.map((station) => {
      const here = hall.tickets.find(
        (ticket) => ticket.station === station.id && (ticket.state === "called" || ticket.state === "serving"),
      );
      const until =
        station.until &&
        new Date(station.until).toLocaleTimeString("en-GB", {
          hour: "2-digit",
          minute: "2-digit",
          timeZone: hall.timezone,
        });
      return html`<li key=${station.id} data-room=${station.id} data-state=${station.state}>
        <span><b>${named(station.name)}</b> ${station.doctor_name ?? ""}<br />
          <span class=${station.state === "open" ? "good" : "bad"}>${t(`station.${station.state}`)}${until ? ` ${until}` : ""}</span>
          ${here ? html` · <b class="number">${here.number}</b> ${t(`state.${here.state}`)}` : null} ${station.reason ?? ""}</span>
        <span class="row-buttons">
          ${["open", "pause", "stop"]
            .filter((state) => state !== { open: "open", paused: "pause", stopped: "stop" }[station.state])
            .map(
              (state) => html`<${ActionButton}
            key=${state} desk=${desk} name=${`${state}:${station.id}`} word=${t(`station.do_${state}`)} onClick=${() => set(station, state)} />`,
            )}
        </span></li>`;
    })}</ul>`;
}
