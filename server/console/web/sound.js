// Owns the desk's sounds: short tones made here, no file. Browsers stay silent until the first touch of the page.

let context = null;

/** Whether a sound would be heard now. */
export function canSound() {
  return context?.state === "running";
}

/** Wake the sound at the first key or click; calls `then` when it is awake. */
export function wakeSound(then) {
  const wake = async () => {
    context ??= new AudioContext();
    if (context.state !== "running") await context.resume().catch(() => null);
    then();
  };
  for (const gesture of ["pointerdown", "keydown"])
    window.addEventListener(gesture, wake, { once: true, capture: true });
}

/** Sound an alert: three rising tones for a danger, one for the rest. */
export function beep(danger) {
  if (!canSound()) return;
  const tones = danger ? [740, 880, 1046] : [660];
  tones.forEach((tone, place) => {
    const start = context.currentTime + place * 0.22;
    const voice = context.createOscillator();
    const loudness = context.createGain();
    voice.frequency.value = tone;
    loudness.gain.setValueAtTime(0, start);
    loudness.gain.linearRampToValueAtTime(0.25, start + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, start + 0.2);
    voice.connect(loudness).connect(context.destination);
    voice.start(start);
    voice.stop(start + 0.21);
  });
}
