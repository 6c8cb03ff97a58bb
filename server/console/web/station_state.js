// Owns what a doctor's station shows: who is here, who comes, why the next one cannot be called. Pure.
// A reason is {key, gaps}: the key of its text and what fills it.

/** The patient who is called to the station or is being seen there; null for nobody. */
export function currentAt(tickets, station) {
  const here = (ticket) => ticket.station === station && (ticket.state === "called" || ticket.state === "serving");
  return tickets.find(here) ?? null;
}

/** Who comes, without the one who is here. */
export function after(coming, current) {
  return coming.filter((one) => one.ticket !== current?.id);
}

/** Why the station cannot call now; null when it can. */
export function whyNotNext(station, current) {
  if (station.state !== "open") return { key: "next.closed" };
  if (current?.state === "called") return { key: "next.busy", gaps: { number: current.number } };
  return null;
}

/**
 * Why the patient cannot be passed yet at `now` (milliseconds); null when they can. `passing` is what the server said
 * of it: {ticket, code, calls, calls_needed, allowed_at}. Of another ticket it says nothing: the server has the last
 * word.
 */
export function whyNotPass(current, passing, now) {
  if (current?.state !== "called") return { key: "pass.nobody" };
  if (passing?.ticket !== current.id || !passing.code) return null;
  if (passing.code === "zone_offline") return { key: "pass.offline" };
  const { calls, calls_needed: needed, allowed_at: at } = passing;
  if (calls < needed) return { key: "pass.calls", gaps: { calls, needed } };
  const seconds = Math.ceil((new Date(at).getTime() - now) / 1000);
  return seconds > 0 ? { key: "pass.wait", gaps: { seconds } } : null;
}

/** The key of the text on the large button, and its gaps. */
export function nextLabel(current, pending) {
  if (pending?.attempt) return { key: "command.again_short", gaps: pending };
  if (pending) return { key: "next.calling" };
  return { key: current?.state === "serving" ? "next.finish" : "next" };
}

/** Whole minutes since the patient was called, or since the consultation began. */
export function minutesHere(ticket, now) {
  const since = ticket.times[ticket.state === "serving" ? "started" : "called"];
  return since ? Math.max(0, Math.floor((now - new Date(since).getTime()) / 60000)) : 0;
}

/** The command behind a form of the station that needs an action of the ticket to be possible. */
export const ACTION_OF_FORM = { examination: "hold", transfer: "transfer" };
