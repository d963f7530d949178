// The page at / and /login: logs in with a typed key, or with the one after # in the link that the first start prints.
// The part after # never leaves the browser, so the key is in no log.
const form = /** @type {HTMLFormElement} */ (document.querySelector("#login"));
const input = /** @type {HTMLInputElement} */ (document.querySelector("#key"));
const status = /** @type {HTMLElement} */ (document.querySelector("#status"));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void login(input.value);
});

const linked = location.hash.slice(1);
if (location.pathname === "/login" && linked !== "") {
  history.replaceState(null, "", "/login");
  void login(linked);
}

/** @param {string} key */
async function login(key) {
  say("Logging in…", true);
  try {
    const answer = await fetch("/api/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ api_key: key.trim() }),
    });
    const body = await answer.json();
    if (!answer.ok) return say(body.error, false);
    form.hidden = true;
    say("You are logged in: this browser may use the API.", true);
  } catch {
    say("The server does not answer. Is it running?", false);
  }
}

/**
 * @param {string} text
 * @param {boolean} good
 */
function say(text, good) {
  status.textContent = text;
  status.classList.toggle("bad", !good);
}
