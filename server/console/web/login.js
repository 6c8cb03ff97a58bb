// Owns the login form: sends it, says why not, leads on. Keeps nothing.

import { post } from "/console/web/api.js";
import { UNREACHABLE } from "/console/web/command.js";
import { choose, loadTexts, t } from "/console/web/texts.js";

const form = document.getElementById("login");
const said = document.getElementById("login-error");

function say(text) {
  said.textContent = text;
  said.hidden = !text;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  say("");
  try {
    const { username, password } = form.elements;
    const answer = await post("/api/v1/session", { username: username.value.trim(), password: password.value });
    if (answer.status === 200) {
      location.assign(form.dataset.backTo);
      return;
    }
    say(answer.body.title ?? t("problem.other"));
    password.value = "";
    password.focus();
  } catch (error) {
    if (error.code !== UNREACHABLE) throw error;
    say(t("login.unreachable"));
  }
  button.disabled = false;
});

for (const button of document.querySelectorAll(".login-language button")) {
  button.addEventListener("click", () => {
    choose(button.dataset.language);
    location.reload();
  });
}

await loadTexts();
