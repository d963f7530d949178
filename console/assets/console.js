// The page at / and /login: logs in with a typed key, or with the one after # in the link that the first start prints.
// The part after # never leaves the browser, so the key is in no log. Where there is an OpenID provider, there is a link to
// its login, which leads back here.
const form = /** @type {HTMLFormElement} */ (document.querySelector("#login"));
const input = /** @type {HTMLInputElement} */ (document.querySelector("#key"));
const status = /** @type {HTMLElement} */ (document.querySelector("#status"));
const provider = /** @type {HTMLElement} */ (document.querySelector("#provider"));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void login(input.value);
});

const linked = location.hash.slice(1);
if (location.pathname === "/login" && linked !== "") {
  history.replaceState(null, "", "/login");
  void login(linked);
}
void offerProvider();

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
    welcome();
  } catch {
    say("The server does not answer. Is it running?", false);
  }
}

/** Shows the link to the OpenID provider's login, if the server has one, to whoever is not logged in. */
async function offerProvider() {
  const config = await (await fetch("/api/options/config")).json();
  if (!config.OIDC_LOGIN) return;
  const { url, provider: name } = config.OIDC_LOGIN;
  if ((await fetch("/api/options/agents")).ok) return welcome(); // any operation that needs a session
  const link = /** @type {HTMLAnchorElement} */ (provider.querySelector("a"));
  link.href = url;
  link.textContent = `Log in with ${name}`;
  provider.hidden = false;
}

function welcome() {
  form.hidden = true;
  provider.hidden = true;
  say("You are logged in: this browser may use the API.", true);
}

/**
 * @param {string} text
 * @param {boolean} good
 */
function say(text, good) {
  status.textContent = text;
  status.classList.toggle("bad", !good);
}
