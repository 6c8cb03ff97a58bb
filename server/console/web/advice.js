// Owns the suggestion of the triage form while somebody types: asked for a moment after the last change, until there is
// an answer. A later question makes an earlier answer void.

import { useEffect, useState } from "preact/hooks";
import { post } from "/console/web/api.js";
import { UNREACHABLE } from "/console/web/command.js";
import { refusal } from "/console/web/desk.js";
import { has, t } from "/console/web/texts.js";

const THINKING = 150; // milliseconds after the last change
const AGAIN = 2000; // after a question that did not get through
const NOTHING = { suggestion: null, heard: [], questions: [], wrong: null, refusal: "" };

/** The suggestion for what the form holds; a finding heard in the complaint and taken out by the nurse stays out. */
async function advise({ complaint, refused, ...body }) {
  const asked = await post("/api/v1/triage-suggestions", { ...body, complaint: complaint || undefined });
  const heard = asked.body.findings ?? [];
  if (asked.status !== 200 || !heard.some((id) => refused.includes(id))) return { ...asked, heard };
  const findings = heard.filter((id) => !refused.includes(id));
  return { ...(await post("/api/v1/triage-suggestions", { ...body, findings })), heard };
}

/** Why a value is refused, beginning with which one: English texts of the server leave that out. */
function aboutField(problem) {
  const text = refusal(problem);
  const name = problem.field?.replace("vitals.", "vital.");
  const field = has(name) ? t(name) : "";
  return text.includes(field) ? text : `${field}: ${text}`;
}

function adviceOf({ status, body, heard }, about) {
  if (status === 200) return { ...NOTHING, ...body, heard, about };
  return { ...NOTHING, wrong: body.field ?? "", refusal: aboutField(body), about };
}

/** {suggestion, heard, questions, wrong, refusal, current}; `current`: it is about what stands there now. */
export function useAdvice(body) {
  const [advice, setAdvice] = useState(NOTHING);
  const asked = JSON.stringify(body);
  useEffect(() => {
    let here = true;
    let timer = setTimeout(ask, THINKING);
    async function ask() {
      if (!Object.keys(body.vitals).length && !body.complaint.trim()) return setAdvice({ ...NOTHING, about: asked });
      try {
        const answer = await advise(body);
        if (here) setAdvice(adviceOf(answer, asked));
      } catch (error) {
        if (error.code !== UNREACHABLE) throw error;
        if (!here) return;
        setAdvice((now) => ({ ...NOTHING, heard: now.heard })); // what stands there is about other values
        timer = setTimeout(ask, AGAIN);
      }
    }
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [asked]);
  return { ...advice, current: advice.about === asked };
}
