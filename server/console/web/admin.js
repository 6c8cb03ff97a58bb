// Owns the administrator's page: the hall file as text, checked before it is applied; devices and accounts as lists.

import { html, render } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { get, post, signOut } from "/console/web/api.js";
import { UNREACHABLE } from "/console/web/command.js";
import { Dialog, healthWords, Online, SignInAgain } from "/console/web/parts.js";
import { choose, loadTexts, t, currentLanguage } from "/console/web/texts.js";
import { newKey } from "/console/web/command.js";

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
    <textarea id="toml" ref=${box} wrap="off" spellcheck="false" autocapitalize="off" autocomplete="off" aria-label=${t("admin.file")}
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

function Said({ said, show }) {
  if (!said) return html`<p class="secondary">${t("admin.file.help")}</p>`;
  if (said.faults) {
    return html`<div class="notice notice-danger"><p><b>${t("admin.faults", { count: said.faults.length })}</b></p>
      <ul class="plain-none">${said.faults.map(
        (fault, at) => html`<li key=${at}>
        ${fault.line ? html`<button type="button" class="plain" data-line=${fault.line} onClick=${() => show(fault.line)}>${t("admin.line", { line: fault.line })}</button> ` : null}
        <code>${fault.where}</code> ${fault.reason}</li>`,
      )}</ul></div>`;
  }
  if (!said.changes) return html`<p class="notice notice-danger">${said.text}</p>`;
  return html`<div class=${`notice ${said.applied ? "notice-good" : ""}`}>
    <p><b>${t(said.changes.length ? (said.applied ? "admin.applied" : "admin.would") : "admin.nothing")}</b></p>
    <ul class="plain-none">${said.changes.map((line) => html`<li key=${line}>${changeWords(line)}</li>`)}</ul></div>`;
}

/** Whoever sits down at an open page changes nothing: the administrator's own password is asked for once more. */
function Confirm({ send, onClose }) {
  const [said, say] = useState("");
  const submit = async (event) => {
    event.preventDefault();
    const field = event.target.password;
    const refusal = await send(field.value);
    if (refusal) {
      say(refusal);
      field.value = "";
      field.focus();
    }
  };
  return html`<${Dialog} title=${t("admin.confirm")} onClose=${onClose}>
    <form class="stack" onSubmit=${submit} data-form="confirm">
      <p>${t("admin.confirm.help")}</p>
      ${said ? html`<p class="field-error" role="alert">${said}</p>` : null}
      <label class="field" for="own-password"><span>${t("login.password")}</span>
        <input class="input" id="own-password" name="password" type="password" autocomplete="current-password" required /></label>
      <button class="button button-primary" type="submit">${t("admin.apply")}</button>
    </form>
  <//>`;
}

function HallFile({ file, ask, reload }) {
  const [text, setText] = useState(file.toml);
  const [said, say] = useState(null);
  const [checked, setChecked] = useState(null);
  const [confirming, setConfirming] = useState(false);
  const box = useRef();
  const edited = text !== file.toml;
  const ready = edited && checked === text;
  useEffect(() => {
    const keep = (event) => {
      if (edited) event.preventDefault();
    };
    window.addEventListener("beforeunload", keep);
    return () => window.removeEventListener("beforeunload", keep);
  }, [edited]);
  const change = (next) => {
    setText(next);
    setChecked(null);
    say(null);
  };
  const send = async (check, password) => {
    const answer = await ask("/api/v1/hall-file", {
      toml: text,
      check,
      version: file.version,
      ...(password ? { password } : {}),
    });
    if (!answer) return say({ text: t("login.unreachable") });
    const { status, body } = answer;
    if (body.code === "password_needed") return t("admin.confirm.wrong");
    setConfirming(false);
    if (status === 200) {
      say(body);
      setChecked(text);
      if (body.applied) await reload();
    } else if (body.errors && (body.code === "hall_file_rejected" || body.code === "forbidden")) {
      say({ faults: body.errors });
      if (body.errors[0]?.line) goTo(box.current, body.errors[0].line);
    } else say({ text: body.code === "reload" ? t("admin.meanwhile") : body.title });
  };
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/toml" }));
    link.download = "hall.toml";
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return html`<section class="panel admin-file" aria-labelledby="file-title">
    <div class="row"><h2 id="file-title">${t("admin.file")}</h2>
      ${edited ? html`<span class="chip">${t("admin.edited")}</span>` : null}
      <span class="row admin-deeds">
        <button type="button" class="button button-quiet" data-act="export" onClick=${save}>${t("admin.export")}</button>
        <button type="button" class="button button-quiet" data-act="discard" disabled=${!edited} onClick=${() => change(file.toml)}>${t("admin.discard")}</button>
        <button type="button" class=${`button ${ready ? "button-quiet" : "button-primary"}`} data-act="check" onClick=${() => send(true)}>${t("admin.check")}</button>
        <button type="button" class="button button-primary" data-act="apply" disabled=${!ready} onClick=${() => setConfirming(true)}>${t("admin.apply")}</button>
      </span></div>
    <${Editor} text=${text} set=${change} faults=${said?.faults ?? []} box=${box} />
    <div id="admin-said" class="admin-said" role="status" aria-live="polite" tabindex="0"><${Said} said=${said} show=${(line) => goTo(box.current, line)} /></div>
    ${confirming ? html`<${Confirm} send=${(password) => send(false, password)} onClose=${() => setConfirming(false)} />` : null}
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

function Devices({ devices, paper, revoke }) {
  const [sure, setSure] = useState(null);
  return html`<section class="panel" aria-labelledby="devices-title"><h2 id="devices-title">${t("devices")}</h2>
    <p class="secondary">${t("admin.devices.add")} <code>hall-server device add</code></p>
    ${devices.length ? null : html`<p class="secondary">${t("devices.none")}</p>`}
    ${paper.filter((one) => one.state === "queued").map((one) => html`<p class="notice" data-waiting=${one.hall}>${one.hall} · ${paperWords([one])}</p>`)}
    <ul class="devices plain-none">${devices.map(
      (device) => html`<li key=${device.id} data-device=${device.id} data-revoked=${device.revoked}>
      <span><b>${device.name}</b><br /><span class="secondary">${[t(`role.${device.role}`), device.hall, placeText(device.place)].filter(Boolean).join(" · ")}</span>
        ${device.revoked ? null : html`<br /><span class="secondary" data-health=${device.id}>${[healthWords(device.health), lastSeen(device.last_seen), paperWords(paper.filter((one) => one.device === device.id && one.state !== "queued"))].filter(Boolean).join(" · ")}</span>`}</span>
      ${
        device.revoked
          ? html`<span class="secondary">${t("admin.revoked")}</span>`
          : html`<span class="row">
        <${Online} device=${device} />
        <button type="button" class=${`button ${sure === device.id ? "button-danger" : "button-quiet"}`} data-act="revoke" onBlur=${() => setSure(null)}
          aria-label=${`${t(sure === device.id ? "admin.revoke.sure" : "admin.revoke")} ${device.name}`}
          onClick=${() => (sure === device.id ? revoke(device) : setSure(device.id))}>${t(sure === device.id ? "admin.revoke.sure" : "admin.revoke")}</button></span>`
      }
    </li>`,
    )}</ul></section>`;
}

function Staff({ staff }) {
  return html`<section class="panel" aria-labelledby="staff-title"><h2 id="staff-title">${t("admin.staff")}</h2>
    <p class="secondary">${t("admin.staff.add")} <code>hall-server staff add</code></p>
    <ul class="devices plain-none">${staff.map(
      (one) => html`<li key=${one.id}>
      <span><b>${one.name}</b> <span class="secondary">${one.username}</span><br />
        <span class="secondary">${[t(`staff_role.${one.role}`), one.hall, one.station].filter(Boolean).join(" · ")}</span></span>
      ${one.disabled || one.guessed ? html`<span class="bad">${t(one.disabled ? "admin.staff.disabled" : "admin.staff.guessed")}</span>` : null}
    </li>`,
    )}</ul></section>`;
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
  const other = currentLanguage() === "zh" ? "en" : "zh";
  return html`<div class="admin">
    <header class="head"><h1 class="head-title">${t("title.admin")}</h1>
      <nav aria-label=${t("pages")}><a href="/api/v1/docs">${t("admin.docs")}</a></nav>
      <button type="button" class="plain" data-act="language" lang=${other === "en" ? "en" : "zh-CN"}
        onClick=${() => {
          choose(other);
          redraw((count) => count + 1);
        }}>${other === "en" ? "English" : "中文"}</button>
      <span class="head-me">${seen.me.name}</span>
      <button type="button" class="plain" id="sign-out" onClick=${signOut}>${t("sign_out")}</button></header>
    <main class="admin-body">
      <${HallFile} file=${seen.file} ask=${ask} reload=${reload} />
      <div class="admin-side" tabindex="0" role="region" aria-label=${`${t("devices")}, ${t("admin.staff")}`}>
        <${Devices} devices=${seen.devices} paper=${seen.paper} revoke=${revoke} /><${Staff} staff=${seen.staff} /></div>
    </main>
    ${signedOut ? html`<${SignInAgain} desk=${{ me: seen.me, signedIn: () => setSignedOut(false) }} />` : null}
  </div>`;
}

/** Everything the page shows. */
async function look() {
  const [session, file, devices, staff] = await Promise.all(
    ["/api/v1/session", "/api/v1/hall-file", "/api/v1/devices", "/console/staff"].map((path) => get(path)),
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
