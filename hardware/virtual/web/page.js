// The page of the virtual printer: asks for what is new each second, newest slip first, and switches faults.
const SHOWN = 24;
const WIDTH = 280;
const paper = document.getElementById("paper");
let newest = 0;

function figure(slip) {
  const box = document.createElement("figure");
  const picture = document.createElement("img");
  picture.src = slip.png;
  picture.alt = `${slip.number}`;
  picture.width = Math.round((WIDTH * slip.width) / 576);
  picture.height = Math.round((picture.width * slip.height) / slip.width);
  const caption = document.createElement("figcaption");
  const codes = slip.qr && slip.qr.length ? ` · QR ${slip.qr.join(" ")}` : "";
  caption.textContent = `${slip.number} · ${new Date(slip.at).toLocaleTimeString("en-GB")}${codes}`;
  box.append(picture, caption);
  return box;
}

function show(state) {
  document.getElementById("count").textContent = state.count;
  for (const button of document.querySelectorAll("[data-fault]")) {
    button.setAttribute("aria-pressed", String(state.faults[button.dataset.fault]));
  }
  for (const left of document.querySelectorAll("[data-left]")) {
    left.textContent = state.faults[left.dataset.left] ?? "";
  }
  const torn = document.getElementById("torn");
  if (state.torn) torn.querySelector("img").src = `/torn.png?${state.received}`;
  torn.hidden = !state.torn;
}

async function look() {
  try {
    const answer = await fetch(`/slips?after=${newest}&limit=${SHOWN}`);
    const state = await answer.json();
    if (state.count < newest) {
      location.reload();
      return;
    }
    show(state);
    for (const slip of state.slips.reverse()) {
      document.getElementById("none").hidden = true;
      paper.prepend(figure(slip));
      newest = Math.max(newest, slip.number);
    }
    while (paper.children.length > SHOWN) paper.lastElementChild.remove();
    document.body.classList.remove("lost");
  } catch {
    document.body.classList.add("lost");
  }
  setTimeout(look, 1000);
}

async function set(faults) {
  try {
    const answer = await fetch("/faults", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(faults),
    });
    if (answer.ok) show(await answer.json());
  } catch {
    document.body.classList.add("lost"); // a browser's own message may quote what it could not read
  }
}

document.addEventListener("click", (event) => {
  const { fault, set: counted } = event.target.dataset ?? {};
  if (fault) set({ [fault]: event.target.getAttribute("aria-pressed") !== "true" });
  if (counted) {
    const value = document.querySelector(`[data-counted="${counted}"]`).value;
    set({ [counted]: value === "" ? null : Number(value) });
  }
});

look();
