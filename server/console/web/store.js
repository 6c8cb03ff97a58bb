// Owns the hall as this page knows it: snapshot + numbered facts, folded purely. Knows no network and no screen.

/**
 * @typedef {import("protocol").Snapshot} Hall
 * @typedef {import("protocol").Event} Frame
 * @typedef {import("protocol").Position} Position
 * @typedef {"deliver" | "duplicate" | "gap" | "stale"} Verdict
 * @typedef {{ticket?: import("protocol").TicketView | null, station?: import("protocol").StationView | null,
 *   alert?: import("protocol").AlertView | null}} Answer what an answer to a command may hold
 */

const ENDED = new Set(["done", "cancelled", "no_show"]);

/**
 * What to do with a frame at this position: deliver, duplicate, gap or stale. The same as server/protocol/stream/cursor.py.
 *
 * @param {Position} position
 * @param {Position} frame
 * @returns {Verdict}
 */
export function verdict(position, frame) {
  if (frame.epoch !== position.epoch) return "stale";
  if (frame.seq <= position.seq) return "duplicate";
  return frame.seq > position.seq + 1 ? "gap" : "deliver";
}

/**
 * The list with `view` in the place of the one with its id, unless a newer one stands there; or without it.
 *
 * @template {{id: string, seq: number}} View
 * @param {View[]} views
 * @param {View} view
 * @returns {View[]}
 */
export function replaced(views, view, stays = true) {
  const place = views.findIndex((other) => other.id === view.id);
  if (place < 0) return stays ? [...views, view] : views;
  if (views[place].seq > view.seq) return views;
  return stays ? views.map((other, at) => (at === place ? view : other)) : views.filter((_, at) => at !== place);
}

/**
 * Old snapshot + the very next fact = new snapshot. The same as server/protocol/stream/reducer.py.
 *
 * @param {Hall} hall
 * @param {Frame} event
 * @returns {Hall}
 */
export function fold(hall, event) {
  const next = { ...hall, seq: event.seq };
  if (event.ticket) next.tickets = replaced(hall.tickets, event.ticket, !ENDED.has(event.ticket.state));
  if (event.station) next.stations = replaced(hall.stations, event.station);
  if (event.alert) next.alerts = replaced(hall.alerts, event.alert, !event.alert.closed_at);
  if (event.print_job)
    next.print_jobs = replaced(
      hall.print_jobs,
      event.print_job,
      event.print_job.state !== "printed" && event.print_job.state !== "sent",
    );
  if (event.device) next.devices = replaced(hall.devices, event.device, event.kind !== "device.revoked");
  if (event.kind === "removed") next.tickets = hall.tickets.filter((ticket) => ticket.id !== event.id);
  return next;
}

/**
 * What an answer to a command already tells, before its fact arrives. The position stays: the fact still comes.
 *
 * @param {Hall} hall
 * @param {Answer} answer
 * @returns {Hall}
 */
export function absorb(hall, answer) {
  const next = { ...hall };
  if (answer.ticket?.seq) next.tickets = replaced(hall.tickets, answer.ticket, !ENDED.has(answer.ticket.state));
  if (answer.station?.seq) next.stations = replaced(hall.stations, answer.station);
  if (answer.alert?.seq) next.alerts = replaced(hall.alerts, answer.alert, !answer.alert.closed_at);
  return next;
}

/**
 * Take a frame into {hall, ahead}: what stands in order is folded, what came too early waits in `ahead` by number.
 *
 * @param {{hall: Hall, ahead: Record<number, Frame>}} state
 * @param {Frame} frame
 * @returns {{hall: Hall, ahead: Record<number, Frame>, said: Verdict}}
 */
export function take({ hall, ahead }, frame) {
  const said = verdict(hall, frame);
  if (said === "stale" || said === "duplicate") return { hall, ahead, said };
  if (said === "gap") return { hall, ahead: { ...ahead, [frame.seq]: frame }, said };
  const waiting = { ...ahead };
  let now = fold(hall, frame);
  for (let early = waiting[now.seq + 1]; early; early = waiting[now.seq + 1]) now = fold(now, early);
  for (const seq of Object.keys(waiting).map(Number)) if (seq <= now.seq) delete waiting[seq];
  return { hall: now, ahead: waiting, said };
}
