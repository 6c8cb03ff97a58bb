// Owns the login form: sends it, says why not, asks for a new password, leads on. Keeps nothing.

import { post } from "/console/web/api.js";
import { UNREACHABLE } from "/console/web/command.js";
import { choose, loadTexts, t } from "/console/web/texts.js";

const form = document.getElementById("login");
const said = document.getElementById("login-error");

function say(text) {
  said.textContent = text;
  said.hidden = !text;
}

/** A password that an administrator has seen is for one sign-in: its owner sets another. */
function askForAnother(field) {
  field.parentElement.hidden = false;
  field.required = true;
  field.focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  say("");
  try {
    const { username, password, new_password: chosen } = form.elements;
    const body = { username: username.value.trim(), password: password.value };
    const answer = await post("/api/v1/session", chosen.value ? { ...body, new_password: chosen.value } : body);
    if (answer.status === 200) {
      location.assign(form.dataset.backTo);
      return;
    }
    say(answer.body.title ?? t("problem.other"));
    if (answer.body.code === "new_password_needed") askForAnother(chosen);
    else if (answer.body.code === "invalid" && !chosen.parentElement.hidden) chosen.select();
    else {
      password.value = "";
      password.focus();
    }
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
