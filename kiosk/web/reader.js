// Owns telling a card or code reader that types like a keyboard from a person at a keyboard. Knows no screen.

const READER_GAP = 40; // milliseconds between two keys of a reader; fingers take longer
const FORGET_AFTER = 1500;
const SHORTEST = 4;

/**
 * Listen for bursts of keys that end with Enter and hand them to `scanned`; returns the way to stop.
 * Without a field in focus every text before Enter counts as read, since a kiosk has no keyboard.
 */
export function listen(scanned) {
  let keys = [];

  function heard(event) {
    const now = event.timeStamp;
    const typing = event.target instanceof HTMLInputElement;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (keys.length && now - keys[keys.length - 1].at > FORGET_AFTER) keys = [];
    if (event.key.length === 1) {
      if (event.key === " " && keys.length === 0) return; // a space alone presses the button in focus
      keys.push({ key: event.key, at: now });
      if (!typing) event.preventDefault();
      return;
    }
    if (event.key !== "Enter") return;
    const text = keys.map(({ key }) => key).join("").trim();
    const burst = keys.length > 1 && (keys[keys.length - 1].at - keys[0].at) / (keys.length - 1) < READER_GAP;
    keys = [];
    if (text.length < SHORTEST || (typing && !burst)) return;
    event.preventDefault();
    event.stopPropagation();
    if (typing) event.target.value = "";
    scanned(text);
  }

  window.addEventListener("keydown", heard, true);
  return () => window.removeEventListener("keydown", heard, true);
}
