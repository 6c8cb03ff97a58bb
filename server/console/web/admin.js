// Owns the administrator's page: the hall file as text, checked before it is applied; devices and accounts as lists.

import { html, render } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { get, post, signOut } from "/console/web/api.js";
import { newKey, UNREACHABLE } from "/console/web/command.js";
import { Dialog, healthWords, Online, SignInAgain } from "/console/web/parts.js";
import { LanguageButtons } from "/console/web/languages.js";
import { currentLanguage, loadTexts, t } from "/console/web/texts.js";

const CHANGE = /^(hospital|hall|queue|station)s?(?: (\S+?))?(?:: (\w+) (changed)| (added|closed))$/;

/** A line of what the file changes, in the reader's language; the names of keys stay as the file has them. */
function changeWords(line) {
  const [, thing, id, key, changed, other] = CHANGE.exec(line) ?? [];
  if (!thing) return line;
  return t(`change.${changed ?? other}`, { thing: [t(`change.${thing}`), id].filter(Boolean).join(" "), key });
}

function Editor({ text, set, faults, box }) {
  const gutter = useRef();
  const wrong = new Set(faults.map((fault) => fault.line));
  return html`<div class="editor">
    <ol class="editor-lines number" ref=${gutter} aria-hidden="true">${text.split("\n").map(
      (_, at) => html`<li key=${at}
      class=${wrong.has(at + 1) ? "bad" : ""}>${at + 1}</li>`,
    )}</ol>
    <textarea id="toml" ref=${box} wrap="off" spellcheck="false" autocapitalize="off" autocomplete="off"
      aria-label=${t("admin.file")}
      aria-invalid=${faults.length > 0} aria-describedby="admin-said" value=${text}
      onInput=${(event) => set(event.target.value)} onScroll=${(event) => {
        gutter.current.scrollTop = event.target.scrollTop;
      }} />
  </div>`;
}

/** Put the cursor on a line and bring it into sight. */
function goTo(area, line) {
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  area.scrollTop = (area.scrollHeight / lines.length) * Math.max(0, line - 4);
}

function Faults({ faults, show }) {
  const goThere = ({ line }) =>
    html`<button type="button" class="plain" data-line=${line}
      onClick=${() => show(line)}>${t("admin.line", { line })}</button>${" "}`;
  return html`<div class="notice notice-danger"><p><b>${t("admin.faults", { count: faults.length })}</b></p>
    <ul class="plain-none">${faults.map(
      (fault, at) => html`<li key=${at}>
        ${fault.line ? goThere(fault) : null}<code>${fault.where}</code> ${fault.reason}</li>`,
    )}</ul></div>`;
}

/** What the server said of the file: its faults, what it would change or has changed, or why neither. */
function Result({ result, show }) {
  if (!result) return html`<p class="secondary">${t("admin.file.help")}</p>`;
  if (result.faults) return html`<${Faults} faults=${result.faults} show=${show} />`;
  if (!result.changes) return html`<p class="notice notice-danger">${result.text}</p>`;
  const title = result.applied ? "admin.applied" : "admin.would";
  return html`<div class=${`notice ${result.applied ? "notice-good" : ""}`}>
    <p><b>${t(result.changes.length ? title : "admin.nothing")}</b></p>
    <ul class="plain-none">${result.changes.map((line) => html`<li key=${line}>${changeWords(line)}</li>`)}</ul></div>`;
}

/** Whoever sits down at an open page changes nothing: the administrator's own password is asked for once more. */
function Confirm({ send, onClose }) {
  const [refused, setRefused] = useState("");
  const submit = async (event) => {
    event.preventDefault();
    const field = event.target.password;
    const why = await send(field.value);
    if (why) {
      setRefused(why);
      field.value = "";
      field.focus();
    }
  };
  return html`<${Dialog} title=${t("admin.confirm")} onClose=${onClose}>
    <form class="stack" onSubmit=${submit} data-form="confirm">
      <p>${t("admin.confirm.help")}</p>
      ${refused ? html`<p class="field-error" role="alert">${refused}</p>` : null}
      <label class="field" for="own-password"><span>${t("login.password")}</span>
        <input class="input" id="own-password" name="password" type="password" autocomplete="current-password"
          required /></label>
      <button class="button button-primary" type="submit">${t("admin.apply")}</button>
    </form>
  <//>`;
}

/** Ask before the page is left while something is edited. */
function useWarning(edited) {
  useEffect(() => {
    const keep = (event) => {
      if (edited) event.preventDefault();
    };
    window.addEventListener("beforeunload", keep);
    return () => window.removeEventListener("beforeunload", keep);
  }, [edited]);
}

function download(text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/toml" }));
  link.download = "hall.toml";
  link.click();
  URL.revokeObjectURL(link.href);
}

/** {result, checked}: what an answer to the file means; `checked` is the text that may be applied now. */
function resultOf({ status, body }, text) {
  if (status === 200) return { result: body, checked: text };
  if (body.errors && (body.code === "hall_file_rejected" || body.code === "forbidden"))
    return { result: { faults: body.errors } };
  return { result: { text: body.code === "reload" ? t("admin.meanwhile") : body.title } };
}

/** The text that is edited, what the server said of it, and sending it. */
function useHallFile(file, ask, reload) {
  const [text, setText] = useState(file.toml);
  const [result, setResult] = useState(null);
  const [checked, setChecked] = useState(null);
  const [confirming, setConfirming] = useState(false);
  const box = useRef();
  const change = (next) => {
    setText(next);
    setChecked(null);
    setResult(null);
  };
  const send = async (check, password) => {
    const body = { toml: text, check, version: file.version, ...(password ? { password } : {}) };
    const answer = await ask("/api/v1/hall-file", body);
    if (!answer) return setResult({ text: t("login.unreachable") });
    if (answer.body.code === "password_needed") return t("admin.confirm.wrong");
    setConfirming(false);
    const said = resultOf(answer, text);
    setResult(said.result);
    if (said.checked !== undefined) setChecked(said.checked);
    if (said.result.applied) await reload();
    const line = said.result.faults?.[0]?.line;
    if (line) goTo(box.current, line);
  };
  const edited = text !== file.toml;
  return { text, change, result, box, edited, ready: edited && checked === text, confirming, setConfirming, send };
}

function FileButtons({ state, discard }) {
  const { text, edited, ready, setConfirming, send } = state;
  return html`<span class="row admin-actions">
    <button type="button" class="button button-quiet" data-act="export"
      onClick=${() => download(text)}>${t("admin.export")}</button>
    <button type="button" class="button button-quiet" data-act="discard" disabled=${!edited}
      onClick=${discard}>${t("admin.discard")}</button>
    <button type="button" class=${`button ${ready ? "button-quiet" : "button-primary"}`} data-act="check"
      onClick=${() => send(true)}>${t("admin.check")}</button>
    <button type="button" class="button button-primary" data-act="apply" disabled=${!ready}
      onClick=${() => setConfirming(true)}>${t("admin.apply")}</button>
  </span>`;
}

function HallFile({ file, ask, reload }) {
  const state = useHallFile(file, ask, reload);
  const { text, change, result, box, edited, confirming, setConfirming, send } = state;
  useWarning(edited);
  return html`<section class="panel admin-file" aria-labelledby="file-title">
    <div class="row"><h2 id="file-title">${t("admin.file")}</h2>
      ${edited ? html`<span class="chip">${t("admin.edited")}</span>` : null}
      <${FileButtons} state=${state} discard=${() => change(file.toml)} /></div>
    <${Editor} text=${text} set=${change} faults=${result?.faults ?? []} box=${box} />
    <div id="admin-said" class="admin-said" role="status" aria-live="polite" tabindex="0">
      <${Result} result=${result} show=${(line) => goTo(box.current, line)} /></div>
    ${
      confirming
        ? html`<${Confirm} send=${(password) => send(false, password)} onClose=${() => setConfirming(false)} />`
        : null
    }
  </section>`;
}

/** Where a device stands, in the reader's language where there is one. */
function placeText(place) {
  return place[currentLanguage()] ?? place.zh ?? Object.values(place)[0] ?? "";
}

/** When a machine was last heard, on the reader's clock; the day too where it was not today. */
function lastSeen(stamp) {
  if (!stamp) return t("admin.never_seen");
  const at = new Date(stamp);
  const today = at.toDateString() === new Date().toDateString();
  return t("admin.last_seen", {
    at: at.toLocaleString("en-GB", {
      ...(today ? {} : { day: "2-digit", month: "2-digit" }),
      hour: "2-digit",
      minute: "2-digit",
    }),
  });
}

/** How much paper waits or needs a look: 2 待打印, 1 打印失败. */
function paperWords(paper) {
  return paper.map((one) => t("admin.paper", { count: one.count, state: t(`job_state.${one.state}`) })).join(" · ");
}

/** A device that opens nothing any more says so; any other can be revoked, by a second press. */
function Revoke({ device, sure, setSure, revoke }) {
  const asked = sure === device.id;
  const label = t(asked ? "admin.revoke.sure" : "admin.revoke");
  return html`<span class="row"><${Online} device=${device} />
    <button type="button" class=${`button ${asked ? "button-danger" : "button-quiet"}`} data-act="revoke"
      onBlur=${() => setSure(null)} aria-label=${`${label} ${device.name}`}
      onClick=${() => (asked ? revoke(device) : setSure(device.id))}>${label}</button></span>`;
}

function DeviceRow({ device, paper, ...more }) {
  const where = [t(`role.${device.role}`), device.hall, placeText(device.place)];
  const own = paper.filter((one) => one.device === device.id && one.state !== "queued");
  const health = [healthWords(device.health), lastSeen(device.last_seen), paperWords(own)];
  const text = (parts) => parts.filter(Boolean).join(" · ");
  return html`<li data-device=${device.id} data-revoked=${device.revoked}>
    <span><b>${device.name}</b><br /><span class="secondary">${text(where)}</span>${
      device.revoked ? null : html`<br /><span class="secondary" data-health=${device.id}>${text(health)}</span>`
    }</span>
    ${
      device.revoked
        ? html`<span class="secondary">${t("admin.revoked")}</span>`
        : html`<${Revoke} device=${device} ...${more} />`
    }
  </li>`;
}

function Devices({ devices, paper, revoke }) {
  const [sure, setSure] = useState(null);
  const waiting = paper.filter((one) => one.state === "queued");
  return html`<section class="panel" aria-labelledby="devices-title"><h2 id="devices-title">${t("devices")}</h2>
    <p class="secondary">${t("admin.devices.add")} <code>hall-server device add</code></p>
    ${devices.length ? null : html`<p class="secondary">${t("devices.none")}</p>`}
    ${waiting.map((one) => html`<p class="notice" data-waiting=${one.hall}>${one.hall} · ${paperWords([one])}</p>`)}
    <ul class="devices plain-none">${devices.map(
      (device) => html`<${DeviceRow} key=${device.id} device=${device} paper=${paper} sure=${sure} setSure=${setSure}
        revoke=${revoke} />`,
    )}</ul></section>`;
}

function StaffRow({ account }) {
  const where = [t(`staff_role.${account.role}`), account.hall, account.station].filter(Boolean).join(" · ");
  const locked = account.disabled || account.guessed;
  const why = account.disabled ? "admin.staff.disabled" : "admin.staff.guessed";
  return html`<li>
    <span><b>${account.name}</b> <span class="secondary">${account.username}</span><br />
      <span class="secondary">${where}</span></span>
    ${locked ? html`<span class="bad">${t(why)}</span>` : null}
  </li>`;
}

function Staff({ staff }) {
  return html`<section class="panel" aria-labelledby="staff-title"><h2 id="staff-title">${t("admin.staff")}</h2>
    <p class="secondary">${t("admin.staff.add")} <code>hall-server staff add</code></p>
    <ul class="devices plain-none">${staff.map((one) => html`<${StaffRow} key=${one.id} account=${one} />`)}</ul>
      </section>`;
}

function Top({ name, redraw }) {
  return html`<header class="head"><h1 class="head-title">${t("title.admin")}</h1>
    <nav aria-label=${t("pages")}><a href="/api/v1/docs">${t("admin.docs")}</a></nav>
    <${LanguageButtons} redraw=${() => redraw((count) => count + 1)} />
    <span class="head-me">${name}</span>
    <button type="button" class="plain" id="sign-out" onClick=${signOut}>${t("sign_out")}</button></header>`;
}

function Admin({ first }) {
  const [seen, setSeen] = useState(first);
  const [, redraw] = useState(0);
  const [signedOut, setSignedOut] = useState(false);
  const reload = async () => setSeen(await look());
  const ask = async (path, body) => {
    try {
      const answer = await post(path, body, newKey());
      if (answer.status === 401) setSignedOut(true);
      return answer;
    } catch (error) {
      if (error.code !== UNREACHABLE) throw error;
      return null;
    }
  };
  const revoke = async (device) => {
    if (await ask(`/api/v1/devices/${device.id}/revoke`, {})) await reload();
  };
  const session = { me: seen.me, signedIn: () => setSignedOut(false) };
  return html`<div class="admin">
    <${Top} name=${seen.me.name} redraw=${redraw} />
    <main class="admin-body">
      <${HallFile} file=${seen.file} ask=${ask} reload=${reload} />
      <div class="admin-side" tabindex="0" role="region" aria-label=${`${t("devices")}, ${t("admin.staff")}`}>
        <${Devices} devices=${seen.devices} paper=${seen.paper} revoke=${revoke} /><${Staff} staff=${seen.staff} />
          </div>
    </main>
    ${signedOut ? html`<${SignInAgain} desk=${session} />` : null}
  </div>`;
}

/** Everything the page shows. */
async function look() {
  const [session, file, devices, staff] = await Promise.all(
    ["/api/v1/session", "/api/v1/hall-file", "/api/v1/devices", "/api/v1/staff"].map((path) => get(path)),
  );
  return {
    me: session.body.staff,
    file: file.body,
    devices: devices.body.devices,
    paper: devices.body.paper,
    staff: staff.body.staff,
  };
}

await loadTexts();
const root = document.getElementById("page");
const first = await look();
root.replaceChildren();
render(html`<${Admin} first=${first} />`, root);
