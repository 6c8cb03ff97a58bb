// Owns the keys on the glass and the two things they ask: the code, and a proof of whose it is. Knows no agent.

import { html } from "htm/preact";
import { useState } from "preact/hooks";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "letters", "0", "delete"];
const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ", "-", "digits", "delete"];
const PROOFS = { phone_tail: 4, identity_tail: 4, birth_date: 8 };
const OUR_CODE = /^[A-Z2-7]{26}$/; // of a slip or of the desk: nobody can guess it, so nothing is asked beside it
const IDENTITY_NUMBER = /^[0-9]{17}[0-9X]$/; // it holds birth date and last four itself: only a phone proves its owner

/** Two questions, one after the other; `done(code, proof)` gets both, such as ("C1001", "phone_tail:1234"). */
export function Typing({ t, done, leave }) {
  const [code, setCode] = useState("");
  const [asking, setAsking] = useState("code");

  if (asking === "code") {
    return html`<${Asked} key="code" t=${t} label=${t("type_title")} help=${t("typed_code")} value=${code} set=${setCode} letters=${true}
      limit=${40} ready=${code.length >= 2} next=${() => (OUR_CODE.test(code) ? done(code, "") : setAsking("proof"))} leave=${leave} />`;
  }
  const kinds = IDENTITY_NUMBER.test(code) ? ["phone_tail"] : Object.keys(PROOFS);
  return html`<${Proving} t=${t} kinds=${kinds} done=${(proof) => done(code, proof)} leave=${leave} />`;
}

/** One question: what only the owner of a number knows. `done` gets such as "phone_tail:1234". */
export function Proving({ t, kinds, done, leave, leaving = "use_card" }) {
  const known = kinds.filter((kind) => kind in PROOFS);
  const [kind, setKind] = useState(known[0] ?? "phone_tail");
  const [proof, setProof] = useState("");
  const choose = (other) => {
    setKind(other);
    setProof("");
  };
  return html`<${Asked} key=${kind} t=${t} label=${t(`proof.${kind}`)} value=${proof} set=${setProof}
    letters=${kind === "identity_tail"} limit=${PROOFS[kind]} ready=${proof.length === PROOFS[kind]}
    next=${() => done(`${kind}:${kind === "birth_date" ? asDate(proof) : proof}`)} leave=${leave} leaving=${leaving}>
    ${
      known.length > 1
        ? html`<div class="proofs" role="group" aria-label=${t("proof_which")}>
      ${known.map(
        (other) => html`<button type="button" class="button button-quiet" key=${other}
        aria-pressed=${other === kind} onClick=${() => choose(other)}>${t(`proof.${other}.short`)}</button>`,
      )}
    </div>`
        : null
    }
  <//>`;
}

function Asked({ t, label, help, value, set, letters, limit, ready, next, leave, leaving = "use_card", children }) {
  const put = (text) =>
    set(
      text
        .toUpperCase()
        .replace(/[^0-9A-Z-]/g, "")
        .slice(0, limit),
    );
  const submit = (event) => {
    event.preventDefault();
    if (ready) next();
  };
  return html`<form class="typing" onSubmit=${submit} autocomplete="off">
    <h1 class="text-title"><label for="typed">${label}</label></h1>
    ${children}
    ${help ? html`<p class="text-small" id="typed-help">${help}</p>` : null}
    <input id="typed" class="input number" type="text" inputmode="none" autocomplete="off" spellcheck="false"
      aria-describedby=${help ? "typed-help" : null}
      value=${value} onInput=${(event) => put(event.target.value)} />
    <${Keys} t=${t} letters=${letters} press=${(key) => put(key === "delete" ? value.slice(0, -1) : value + key)} />
    <div class="choices-row">
      <button type="button" class="button button-quiet" onClick=${leave}>${t(leaving)}</button>
      <button type="submit" class="button button-primary" aria-disabled=${!ready}>${t("next")}</button>
    </div>
  </form>`;
}

function Keys({ t, letters, press }) {
  const [showing, setShowing] = useState("digits");
  const touch = (key) => (key === "letters" || key === "digits" ? setShowing(key) : press(key));
  return html`<div class="keys keys-${showing}">
    ${(showing === "digits" ? DIGITS : LETTERS).map((key) =>
      key === "letters" && !letters
        ? html`<span key=${key} />`
        : html`<button type="button" class="button button-quiet number" key=${key} data-key=${key}
          aria-label=${key.length > 1 ? t(`key.${key}`) : key} onClick=${() => touch(key)}>
          ${key.length > 1 ? t(`key.${key}.short`) : key}</button>`,
    )}
  </div>`;
}

function asDate(digits) {
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`;
}
