// Owns how long somebody has waited against which target, and the order of lists. Pure; knows no screen.

/**
 * @typedef {import("protocol").TicketView} Ticket
 * @typedef {import("protocol").Snapshot} Hall
 * @typedef {{code: string, rank: number, target_minutes?: number | null, reassess_after_minutes?: number | null}} Level
 * @typedef {object} Reference what the list needs of the hall's reference data
 * @property {Record<string, {levels: Level[]}>} scales
 * @property {Record<string, Record<string, Record<string, number>>>} targets minutes by queue, lane and grade
 * @property {number} untriaged_minutes
 * @typedef {{minutes: number, target: number, share: number, state: "on_time" | "amber" | "overdue"}} Wait
 * @typedef {{ticket: Ticket, wait: Wait | null, pressing: number, over: number, lane: number}} Line
 */

const LANES = ["urgent", "passed", "return", "policy", "ordinary"];
const IN_LINE = new Set(["checked_in", "waiting", "staged"]);
export const AMBER = 0.8; // amber at 80 % of the target, red at 100 %

/**
 * The level of a ticket in its queue's scale, or undefined while it has none.
 *
 * @param {Ticket} ticket
 * @param {Hall} hall
 * @param {Reference} reference
 */
export function levelOf(ticket, hall, reference) {
  const scale = hall.queues.find((queue) => queue.id === ticket.queue)?.scale;
  return reference.scales[scale ?? ""]?.levels.find((level) => level.code === ticket.grade);
}

/**
 * Minutes within which this ticket should be seen, by its lane or another and its level, as the server has them;
 * undefined in a queue that is newer than the reference data.
 *
 * @param {Ticket} ticket
 * @param {Reference} reference
 * @param {string} lane
 * @returns {number | undefined}
 */
export function targetOf(ticket, reference, lane = ticket.lane) {
  if (ticket.state === "checked_in") return reference.untriaged_minutes;
  const targets = reference.targets[ticket.queue]?.[lane];
  return targets?.[ticket.grade ?? ""] ?? targets?.[""];
}

/**
 * Since when this ticket waits in its present lane: check-in, a booked slot that is later, or the way back in line.
 *
 * @param {Ticket} ticket
 */
export function waitsSince(ticket) {
  const times = ticket.times;
  const back = ticket.lane === "return" || ticket.lane === "passed" ? times.returned : null;
  const since = new Date(back ?? times.checked_in ?? 0).getTime();
  return ticket.slot && ticket.lane === "ordinary" ? Math.max(since, new Date(ticket.slot).getTime()) : since;
}

/**
 * {minutes, target, share, state: on_time | amber | overdue} at `now` (milliseconds); null for who is not in line.
 *
 * @param {Ticket} ticket
 * @param {Reference} reference
 * @param {number} now
 * @returns {Wait | null}
 */
export function waitOf(ticket, reference, now) {
  if (!IN_LINE.has(ticket.state)) return null;
  const minutes = Math.max(0, Math.floor((now - waitsSince(ticket)) / 60000));
  const target = targetOf(ticket, reference);
  if (target === undefined) return null;
  const share = target ? minutes / target : 1;
  const state = share >= 1 ? "overdue" : share >= AMBER ? "amber" : "on_time";
  return { minutes, target, share, state };
}

/**
 * {minutes left (negative: over)} until this ticket must be looked at again; null without a timer.
 *
 * @param {Ticket} ticket
 * @param {Hall} hall
 * @param {Reference} reference
 * @param {number} now
 */
export function reassessIn(ticket, hall, reference, now) {
  const after = levelOf(ticket, hall, reference)?.reassess_after_minutes;
  if (!after || !IN_LINE.has(ticket.state) || !ticket.times.triaged) return null;
  return Math.ceil((new Date(ticket.times.triaged).getTime() + after * 60000 - now) / 60000);
}

/**
 * Which tab of the desk a ticket belongs to.
 *
 * @param {Ticket} ticket
 */
export function tabOf(ticket) {
  if (ticket.state === "called" || ticket.state === "serving") return "rooms";
  if (ticket.state === "held" || ticket.state === "passed") return ticket.state;
  return "waiting";
}

/**
 * Overdue first, the urgent before the rest, longest over its target first; then by lane, rank and place in line.
 *
 * @param {Ticket[]} tickets
 * @param {Reference} reference
 * @param {number} now
 * @returns {Line[]}
 */
export function inOrder(tickets, reference, now) {
  const keyed = tickets.map((ticket) => {
    const wait = waitOf(ticket, reference, now);
    const overdue = wait?.state === "overdue";
    const pressing = overdue && (ticket.lane === "urgent" || ticket.state === "checked_in") ? 1 : 0;
    return { ticket, wait, pressing, over: overdue ? wait.share : 0, lane: LANES.indexOf(ticket.lane) };
  });
  keyed.sort(
    (one, other) =>
      other.pressing - one.pressing ||
      other.over - one.over ||
      (one.ticket.state === "checked_in" ? 0 : 1) - (other.ticket.state === "checked_in" ? 0 : 1) ||
      one.lane - other.lane ||
      (one.ticket.rank ?? 0) - (other.ticket.rank ?? 0) ||
      one.ticket.order.localeCompare(other.ticket.order),
  );
  return keyed;
}

/**
 * Whether a ticket answers to what was typed: its number with or without zeros, or a part of the name.
 *
 * @param {Ticket} ticket
 * @param {string} typed
 */
export function matches(ticket, typed) {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return true;
  const number = ticket.number.toLowerCase();
  const short = number.replace(/^(\D*)0+/, "$1");
  return (
    number.includes(wanted) ||
    short === wanted ||
    (ticket.name ?? ticket.display_name ?? "").toLowerCase().includes(wanted)
  );
}

/**
 * Age in whole years, or months under two: {years} or {months}; null when unknown.
 *
 * @param {string | null | undefined} birthDate
 * @param {number} now
 */
export function ageOf(birthDate, now) {
  if (!birthDate) return null;
  const [year, month, day] = birthDate.split("-").map(Number);
  const today = new Date(now);
  let months = (today.getFullYear() - year) * 12 + today.getMonth() + 1 - month;
  if (today.getDate() < day) months -= 1;
  return months < 24 ? { months: Math.max(0, months) } : { years: Math.floor(months / 12) };
}
